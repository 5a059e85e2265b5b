import { Module } from "@nestjs/common";
import { AuditModule } from "../audit/audit.module.js";
import { MetricsModule } from "../metrics/metrics.module.js";
import { ProjectsModule } from "../projects/projects.module.js";
import { CiController } from "./ci.controller.js";
import { DeploymentSamplesQueries } from "./deployment-samples.queries.js";
import { DeploymentWaits } from "./deployment-waits.service.js";
import { DeploymentsController } from "./deployments.controller.js";
import { DeploymentsQueries } from "./deployments.queries.js";
import { FinishService } from "./finish.service.js";
import { HmacPreflightService } from "./hmac-preflight.service.js";
import { PipelineAuthService } from "./pipeline-auth.service.js";
import { PipelineController } from "./pipeline.controller.js";
import { PipelineRepositoriesController } from "./pipeline-repositories.controller.js";
import { PipelineRepositoriesService } from "./pipeline-repositories.service.js";
import { TriggerService } from "./trigger.service.js";

@Module({
  imports: [AuditModule, MetricsModule, ProjectsModule],
  controllers: [CiController, DeploymentsController, PipelineController, PipelineRepositoriesController],
  providers: [
    DeploymentSamplesQueries,
    DeploymentWaits,
    DeploymentsQueries,
    FinishService,
    HmacPreflightService,
    PipelineAuthService,
    PipelineRepositoriesService,
    TriggerService,
  ],
  exports: [DeploymentsQueries],
})
export class DeploymentsModule {}
