import { Module } from "@nestjs/common";
import { GuardedFetch } from "../../platform/guarded-fetch/guarded-fetch.js";
import { ObservabilityModule } from "../observability/observability.module.js";
import { VaultModule } from "../vault/vault.module.js";
import { CollectorJobs } from "./collector.jobs.js";
import { SamplesQueries } from "./samples.queries.js";
import { SamplesService } from "./samples.service.js";
import { ScrapeService } from "./scrape.service.js";

@Module({
  imports: [ObservabilityModule, VaultModule],
  providers: [CollectorJobs, GuardedFetch, SamplesQueries, SamplesService, ScrapeService],
  exports: [GuardedFetch, SamplesQueries, ScrapeService],
})
export class MetricsModule {}
