import { Module } from "@nestjs/common";
import { HealthService } from "./health.service.js";
import { HeartbeatJobs } from "./heartbeat.jobs.js";
import { HttpMetrics } from "./http-metrics.js";
import { LedgerQueries } from "./ledger.queries.js";
import { ObservabilityController } from "./observability.controller.js";
import { SchedulingQueries } from "./scheduling.queries.js";
import { StreamsQueries } from "./streams.queries.js";
import { SystemMetrics } from "./system-metrics.js";

@Module({
  controllers: [ObservabilityController],
  providers: [
    HealthService,
    HeartbeatJobs,
    HttpMetrics,
    LedgerQueries,
    SchedulingQueries,
    StreamsQueries,
    SystemMetrics,
  ],
  exports: [HttpMetrics, LedgerQueries, SchedulingQueries, StreamsQueries],
})
export class ObservabilityModule {}
