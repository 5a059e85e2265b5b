import { Module } from "@nestjs/common";
import { AuditModule } from "../audit/audit.module.js";
import { MetricsModule } from "../metrics/metrics.module.js";
import { ProjectsModule } from "../projects/projects.module.js";
import { SlackModule } from "../slack/slack.module.js";
import { CiController } from "./ci.controller.js";
import { DeploymentNews } from "./deployment-news.service.js";
import { DeploymentNoticesController } from "./deployment-notices.controller.js";
import { DeploymentNoticesQueries } from "./deployment-notices.queries.js";
import { DeploymentMailsService } from "./deployment-mails.service.js";
import { DeploymentNoticesService } from "./deployment-notices.service.js";
import { DeploymentSamplesQueries } from "./deployment-samples.queries.js";
import { DeploymentStreamController } from "./deployment-stream.controller.js";
import { DeploymentStreams } from "./deployment-streams.service.js";
import { DeploymentWaits } from "./deployment-waits.service.js";
import { DeploymentsController } from "./deployments.controller.js";
import { DeploymentsQueries } from "./deployments.queries.js";
import { FinishService } from "./finish.service.js";
import { HintsController } from "./hints.controller.js";
import { HintsQueries } from "./hints.queries.js";
import { HmacPreflightService } from "./hmac-preflight.service.js";
import { PipelineAuthService } from "./pipeline-auth.service.js";
import { PipelineController } from "./pipeline.controller.js";
import { PipelineRepositoriesController } from "./pipeline-repositories.controller.js";
import { PipelineRepositoriesService } from "./pipeline-repositories.service.js";
import { TriggerService } from "./trigger.service.js";

@Module({
  imports: [AuditModule, MetricsModule, ProjectsModule, SlackModule],
  controllers: [
    CiController,
    DeploymentNoticesController,
    DeploymentStreamController,
    DeploymentsController,
    HintsController,
    PipelineController,
    PipelineRepositoriesController,
  ],
  providers: [
    DeploymentNews,
    DeploymentNoticesQueries,
    DeploymentMailsService,
    DeploymentNoticesService,
    DeploymentSamplesQueries,
    DeploymentStreams,
    DeploymentWaits,
    DeploymentsQueries,
    FinishService,
    HintsQueries,
    HmacPreflightService,
    PipelineAuthService,
    PipelineRepositoriesService,
    TriggerService,
  ],
  exports: [DeploymentMailsService, DeploymentNoticesService, DeploymentsQueries],
})
export class DeploymentsModule {}
