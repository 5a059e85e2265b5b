import { Module } from "@nestjs/common";
import { GuardedFetch } from "../../platform/guarded-fetch/guarded-fetch.js";
import { AuditModule } from "../audit/audit.module.js";
import { ObservabilityModule } from "../observability/observability.module.js";
import { VaultModule } from "../vault/vault.module.js";
import { CollectorJobs } from "./collector.jobs.js";
import { EndpointHistoryService } from "./endpoint-history.service.js";
import { EndpointSecrets } from "./endpoint-secrets.js";
import { MeasureService } from "./measure.service.js";
import { OtlpController } from "./otlp.controller.js";
import { PrometheusService } from "./prometheus.service.js";
import { PushController } from "./push.controller.js";
import { PushService } from "./push.service.js";
import { RollUpJobs } from "./roll-up.jobs.js";
import { SamplesQueries } from "./samples.queries.js";
import { SamplesService } from "./samples.service.js";
import { ScrapeService } from "./scrape.service.js";
import { SeriesQueries } from "./series.queries.js";

@Module({
  imports: [AuditModule, ObservabilityModule, VaultModule],
  controllers: [OtlpController, PushController],
  providers: [
    CollectorJobs,
    EndpointHistoryService,
    EndpointSecrets,
    GuardedFetch,
    MeasureService,
    PrometheusService,
    PushService,
    RollUpJobs,
    SamplesQueries,
    SamplesService,
    ScrapeService,
    SeriesQueries,
  ],
  exports: [
    EndpointHistoryService,
    GuardedFetch,
    PrometheusService,
    SamplesQueries,
    SamplesService,
    ScrapeService,
    SeriesQueries,
  ],
})
export class MetricsModule {}
