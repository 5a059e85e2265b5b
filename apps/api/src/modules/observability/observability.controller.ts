import { createHash, timingSafeEqual } from "node:crypto";
import { Controller, Get, Headers, Inject, Res } from "@nestjs/common";
import { ApiExcludeEndpoint, ApiResponse } from "@nestjs/swagger";
import type { FastifyReply } from "fastify";
import { ENV, type Env } from "../../env.js";
import { AppError } from "../../http/app-error.js";
import { Public } from "../../http/policy.js";
import { type Health, HealthService, healthSchema } from "./health.service.js";
import { HttpMetrics } from "./http-metrics.js";
import { SystemMetrics } from "./system-metrics.js";

const digest = (text: string) => createHash("sha256").update(text).digest();

@Public()
@Controller()
export class ObservabilityController {
  constructor(
    @Inject(HealthService) private readonly health: HealthService,
    @Inject(HttpMetrics) private readonly metrics: HttpMetrics,
    @Inject(SystemMetrics) private readonly system: SystemMetrics,
    @Inject(ENV) private readonly env: Env,
  ) {}

  @Get("health")
  @ApiResponse({ status: 200, standardSchema: healthSchema })
  async getHealth(@Res({ passthrough: true }) reply: FastifyReply): Promise<Health> {
    return this.answer(reply, await this.health.getHealth());
  }

  @Get("health/scheduler")
  @ApiResponse({ status: 200, standardSchema: healthSchema })
  async getSchedulerHealth(@Res({ passthrough: true }) reply: FastifyReply): Promise<Health> {
    return this.answer(reply, await this.health.getSchedulerHealth());
  }

  /** Prometheus metrics, for who sends METRICS_TOKEN as a bearer token. Open without one, but not in production. */
  @Get("metrics")
  @ApiExcludeEndpoint()
  async getMetrics(
    @Headers("authorization") authorization: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const token = this.env.METRICS_TOKEN;
    const isOpen = token === undefined && this.env.NODE_ENV !== "production";
    const isKnown =
      token !== undefined && timingSafeEqual(digest(authorization ?? ""), digest(`Bearer ${token}`));
    if (!isOpen && !isKnown) throw new AppError("unauthenticated");
    await this.system.refresh();
    void reply.type(this.metrics.registry.contentType);
    return this.metrics.registry.metrics();
  }

  private answer(reply: FastifyReply, health: Health): Health {
    void reply.status(health.reasons.length === 0 ? 200 : 503).header("cache-control", "no-store");
    return health;
  }
}
