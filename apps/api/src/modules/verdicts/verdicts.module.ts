import { Module } from "@nestjs/common";
import { MetricsModule } from "../metrics/metrics.module.js";
import { ObservabilityModule } from "../observability/observability.module.js";
import { AnalysisMetrics } from "./analysis-metrics.js";
import { AnalystJobs } from "./analyst.jobs.js";
import { VerdictsService } from "./verdicts.service.js";

@Module({
  imports: [MetricsModule, ObservabilityModule],
  providers: [AnalysisMetrics, AnalystJobs, VerdictsService],
})
export class VerdictsModule {}
