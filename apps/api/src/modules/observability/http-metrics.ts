import { Injectable } from "@nestjs/common";
import type { FastifyInstance } from "fastify";
import { collectDefaultMetrics, Counter, Histogram, Registry } from "prom-client";

/** The process's Prometheus registry, and what every answered request adds to it. */
@Injectable()
export class HttpMetrics {
  readonly registry = new Registry();
  private readonly requests = new Counter({
    name: "seqpulse_http_requests_total",
    help: "Requests answered",
    labelNames: ["method", "path", "status_code"],
    registers: [this.registry],
  });
  private readonly duration = new Histogram({
    name: "seqpulse_http_request_duration_seconds",
    help: "Time to answer a request",
    labelNames: ["method", "path"],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [this.registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  /** Paths are route templates, so that their number stays small whatever clients ask for. */
  observe(fastify: FastifyInstance): void {
    fastify.addHook("onResponse", async (request, reply) => {
      const labels = { method: request.method, path: request.routeOptions.url ?? "unmatched" };
      this.requests.inc({ ...labels, status_code: String(reply.statusCode) });
      this.duration.observe(labels, reply.elapsedTime / 1_000);
    });
  }
}
