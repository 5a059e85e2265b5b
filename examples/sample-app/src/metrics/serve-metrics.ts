import { verifyScrapeV2 } from "@pulsekeep/signing";
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
  /** When set, only scrapes that are signed with it (HMAC v2) are answered. */
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
    if (options.hmacSecret !== undefined) {
      const verified = await verifyScrapeV2({
        secret: options.hmacSecret,
        method: request.method,
        path: request.url,
        headers: request.headers,
        now,
        storeNonce: (nonce, ttlSeconds) => nonces.store(nonce, ttlSeconds, now.getTime()),
      });
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
