import { Module } from "@nestjs/common";
import { AuditModule } from "../audit/audit.module.js";
import { DeploymentsModule } from "../deployments/deployments.module.js";
import { MetricsModule } from "../metrics/metrics.module.js";
import { ObservabilityModule } from "../observability/observability.module.js";
import { PoliciesModule } from "../policies/policies.module.js";
import { AnalysisMetrics } from "./analysis-metrics.js";
import { AnalystJobs } from "./analyst.jobs.js";
import { FeedbackService } from "./feedback.service.js";
import { FollowUpJobs } from "./follow-up.jobs.js";
import { FollowUpsService } from "./follow-ups.service.js";
import { ReplaysService } from "./replays.service.js";
import { ReviewsController } from "./reviews.controller.js";
import { ReviewsQueries } from "./reviews.queries.js";
import { VerdictInputsQueries } from "./verdict-inputs.queries.js";
import { VerdictQualityController } from "./verdict-quality.controller.js";
import { VerdictsService } from "./verdicts.service.js";

@Module({
  imports: [AuditModule, DeploymentsModule, MetricsModule, ObservabilityModule, PoliciesModule],
  controllers: [ReviewsController, VerdictQualityController],
  providers: [
    AnalysisMetrics,
    AnalystJobs,
    FeedbackService,
    FollowUpJobs,
    FollowUpsService,
    ReplaysService,
    ReviewsQueries,
    VerdictInputsQueries,
    VerdictsService,
  ],
})
export class VerdictsModule {}
