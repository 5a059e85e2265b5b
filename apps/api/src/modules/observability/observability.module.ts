import { Module } from "@nestjs/common";
import { AuditModule } from "../audit/audit.module.js";
import { VaultModule } from "../vault/vault.module.js";
import { DatabaseHealthQueries } from "./database-health.queries.js";
import { HealthService } from "./health.service.js";
import { HeartbeatJobs } from "./heartbeat.jobs.js";
import { HttpMetrics } from "./http-metrics.js";
import { LedgerQueries } from "./ledger.queries.js";
import { ObservabilityController } from "./observability.controller.js";
import { RedisMonitor } from "./redis-monitor.queries.js";
import { SchedulingQueries } from "./scheduling.queries.js";
import { StreamsQueries } from "./streams.queries.js";
import { SystemMetrics } from "./system-metrics.js";

@Module({
  imports: [AuditModule, VaultModule],
  controllers: [ObservabilityController],
  providers: [
    DatabaseHealthQueries,
    HealthService,
    HeartbeatJobs,
    HttpMetrics,
    LedgerQueries,
    RedisMonitor,
    SchedulingQueries,
    StreamsQueries,
    SystemMetrics,
  ],
  exports: [
    DatabaseHealthQueries,
    HttpMetrics,
    LedgerQueries,
    RedisMonitor,
    SchedulingQueries,
    StreamsQueries,
  ],
})
export class ObservabilityModule {}
