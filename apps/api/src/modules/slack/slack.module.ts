import { Module } from "@nestjs/common";
import { AuditModule } from "../audit/audit.module.js";
import { VaultModule } from "../vault/vault.module.js";
import { SlackController } from "./slack.controller.js";
import { SlackDeliveriesService } from "./slack-deliveries.service.js";
import { SlackJobs } from "./slack.jobs.js";
import { SlackOutcomesService } from "./slack-outcomes.service.js";
import { SlackQueueService } from "./slack-queue.service.js";
import { SlackSettingsQueries } from "./slack-settings.queries.js";
import { SlackSettingsService } from "./slack-settings.service.js";
import { SlackTestsService } from "./slack-tests.service.js";

@Module({
  imports: [AuditModule, VaultModule],
  controllers: [SlackController],
  providers: [
    SlackDeliveriesService,
    SlackJobs,
    SlackOutcomesService,
    SlackQueueService,
    SlackSettingsQueries,
    SlackSettingsService,
    SlackTestsService,
  ],
  exports: [SlackQueueService],
})
export class SlackModule {}
