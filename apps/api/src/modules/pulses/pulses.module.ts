import { Module } from "@nestjs/common";
import { AuditModule } from "../audit/audit.module.js";
import { ClaimsService } from "./claims.service.js";
import { DispatcherJobs } from "./dispatcher.jobs.js";
import { PlannerJobs } from "./planner.jobs.js";
import { PulsesController, RunsController } from "./pulses.controller.js";
import { PulsesQueries } from "./pulses.queries.js";
import { PulsesService } from "./pulses.service.js";
import { SweeperJobs } from "./sweeper.jobs.js";

@Module({
  imports: [AuditModule],
  controllers: [PulsesController, RunsController],
  providers: [ClaimsService, DispatcherJobs, PlannerJobs, PulsesQueries, PulsesService, SweeperJobs],
  exports: [ClaimsService, PulsesQueries, PulsesService],
})
export class PulsesModule {}
