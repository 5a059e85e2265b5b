import { Module } from "@nestjs/common";
import { MetricsModule } from "../metrics/metrics.module.js";
import { ProjectsModule } from "../projects/projects.module.js";
import { CiController } from "./ci.controller.js";
import { DeploymentSamplesQueries } from "./deployment-samples.queries.js";
import { DeploymentsController } from "./deployments.controller.js";
import { DeploymentsQueries } from "./deployments.queries.js";
import { FinishService } from "./finish.service.js";
import { HmacPreflightService } from "./hmac-preflight.service.js";
import { TriggerService } from "./trigger.service.js";

@Module({
  imports: [MetricsModule, ProjectsModule],
  controllers: [CiController, DeploymentsController],
  providers: [
    DeploymentSamplesQueries,
    DeploymentsQueries,
    FinishService,
    HmacPreflightService,
    TriggerService,
  ],
  exports: [DeploymentsQueries],
})
export class DeploymentsModule {}
