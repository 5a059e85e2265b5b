import { Module } from "@nestjs/common";
import { DeploymentsModule } from "../deployments/deployments.module.js";
import { OverviewController } from "./overview.controller.js";
import { OverviewQueries } from "./overview.queries.js";

@Module({ imports: [DeploymentsModule], controllers: [OverviewController], providers: [OverviewQueries] })
export class OverviewModule {}
