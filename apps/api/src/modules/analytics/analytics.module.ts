import { Module } from "@nestjs/common";
import { AuditModule } from "../audit/audit.module.js";
import { DeploymentsModule } from "../deployments/deployments.module.js";
import { AnalyticsController } from "./analytics.controller.js";
import { BadgesController, PublicBadgesController } from "./badges.controller.js";
import { BadgesService } from "./badges.service.js";
import { DoraQueries } from "./dora.queries.js";
import { LifecycleQueries } from "./lifecycle.queries.js";

/** What deployments add up to: for their owner, for whoever reads a README, and for the administrator. */
@Module({
  imports: [AuditModule, DeploymentsModule],
  controllers: [AnalyticsController, BadgesController, PublicBadgesController],
  providers: [BadgesService, DoraQueries, LifecycleQueries],
})
export class AnalyticsModule {}
