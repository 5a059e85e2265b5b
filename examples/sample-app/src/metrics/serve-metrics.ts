import { SCRAPE_VERSIONS_HEADER, verifyScrapeV2, verifyScrapeV3 } from "@pulsekeep/signing";
import type { FastifyInstance } from "fastify";
import { NonceMemory } from "./nonce-memory.js";
import { ProcessUsage } from "./process-usage.js";
import { RequestWindow } from "./request-window.js";

const METRICS_PATH = "/seqpulse-metrics";

/** Routes that nobody visits: what asks them is not traffic. */
const NOT_TRAFFIC = new Set([METRICS_PATH, "/health"]);

export type MetricsOptions = {
  windowSeconds: number;
  memoryLimitBytes: number;
  /** When set, only scrapes that are signed with it (HMAC v2 or v3) are answered. */
  hmacSecret: string | undefined;
};

/** Measures every request that this server answers, and tells on `/seqpulse-metrics`. */
export function serveMetrics(server: FastifyInstance, options: MetricsOptions): void {
  const windowMs = options.windowSeconds * 1_000;
  const requests = new RequestWindow(windowMs);
  const usage = new ProcessUsage({ windowMs, memoryLimitBytes: options.memoryLimitBytes });
  server.addHook("onClose", () => usage.stop());
  server.addHook("onResponse", (request, reply, done) => {
    if (!NOT_TRAFFIC.has(request.routeOptions.url ?? "")) {
      const failed = reply.statusCode >= 500;
      requests.record({ atMs: performance.now(), durationMs: reply.elapsedTime, failed });
    }
    done();
  });
  const nonces = new NonceMemory();
  server.get(METRICS_PATH, async (request, reply) => {
    const now = new Date();
    reply.header(SCRAPE_VERSIONS_HEADER, "v2, v3");
    if (options.hmacSecret !== undefined) {
      const signed = {
        secret: options.hmacSecret,
        method: request.method,
        headers: request.headers,
        now,
        storeNonce: (nonce: string, ttlSeconds: number) => nonces.store(nonce, ttlSeconds, now.getTime()),
      };
      // What the other side signs with, it says itself; a service that has seen v3 may stop taking v2.
      const isV3 = request.headers["x-seqpulse-signature-version"] === "v3";
      const verified = await (isV3
        ? verifyScrapeV3({ ...signed, host: request.headers.host ?? "", target: request.url })
        : verifyScrapeV2({ ...signed, path: request.url }));
      if (!verified.ok) return reply.status(401).send({ error: verified.reason });
    }
    const { requestsPerSec, latencyP95Ms, errorRate } = requests.figures(performance.now());
    const { cpuUsage, memoryUsage } = usage.figures();
    return {
      metrics: {
        requests_per_sec: requestsPerSec,
        latency_p95: latencyP95Ms,
        error_rate: errorRate,
        cpu_usage: cpuUsage,
        memory_usage: memoryUsage,
      },
    };
  });
}
