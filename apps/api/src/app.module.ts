import { type DynamicModule, Module } from "@nestjs/common";
import type { Env } from "./env.js";
import { HttpModule } from "./http/http.module.js";
import { AdminModule } from "./modules/admin/admin.module.js";
import { AnalyticsModule } from "./modules/analytics/analytics.module.js";
import { AuditModule } from "./modules/audit/audit.module.js";
import { DeploymentsModule } from "./modules/deployments/deployments.module.js";
import { EventsModule } from "./modules/events/events.module.js";
import { IdentityModule } from "./modules/identity/identity.module.js";
import { MetricsModule } from "./modules/metrics/metrics.module.js";
import { ObservabilityModule } from "./modules/observability/observability.module.js";
import { OverviewModule } from "./modules/overview/overview.module.js";
import { PoliciesModule } from "./modules/policies/policies.module.js";
import { ProjectsModule } from "./modules/projects/projects.module.js";
import { ProofModule } from "./modules/proof/proof.module.js";
import { PulsesModule } from "./modules/pulses/pulses.module.js";
import { ReleasesModule } from "./modules/releases/releases.module.js";
import { RunNoticesModule } from "./modules/pulses/run-notices.module.js";
import { SlackModule } from "./modules/slack/slack.module.js";
import { VerdictsModule } from "./modules/verdicts/verdicts.module.js";
import { WorkersModule } from "./modules/workers/workers.module.js";
import type { Logger } from "./platform/logger.js";
import { PlatformModule } from "./platform/platform.module.js";

/** Every module of the server. Roles decide which loops run, not which modules exist. */
@Module({})
export class AppModule {
  static for(env: Env, logger: Logger): DynamicModule {
    return {
      module: AppModule,
      imports: [
        PlatformModule.for(env, logger),
        HttpModule,
        AdminModule,
        AnalyticsModule,
        AuditModule,
        DeploymentsModule,
        EventsModule,
        IdentityModule,
        MetricsModule,
        ObservabilityModule,
        OverviewModule,
        PoliciesModule,
        ProjectsModule,
        ProofModule,
        PulsesModule,
        ReleasesModule,
        RunNoticesModule,
        SlackModule,
        VerdictsModule,
        WorkersModule,
      ],
    };
  }
}
