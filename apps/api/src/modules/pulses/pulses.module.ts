import { Module } from "@nestjs/common";
import { AuditModule } from "../audit/audit.module.js";
import { Announcer } from "./announcer.js";
import { ClaimsService } from "./claims.service.js";
import { DispatcherJobs } from "./dispatcher.jobs.js";
import { PlannerJobs } from "./planner.jobs.js";
import { PulsesController, RunsController } from "./pulses.controller.js";
import { PulsesQueries } from "./pulses.queries.js";
import { PulsesService } from "./pulses.service.js";
import { RunNowService } from "./run-now.service.js";
import { RunRules } from "./run-rules.js";
import { SweeperJobs } from "./sweeper.jobs.js";
import { WorkerRunsService } from "./worker-runs.service.js";

@Module({
  imports: [AuditModule],
  controllers: [PulsesController, RunsController],
  providers: [
    Announcer,
    ClaimsService,
    DispatcherJobs,
    PlannerJobs,
    PulsesQueries,
    PulsesService,
    RunNowService,
    RunRules,
    SweeperJobs,
    WorkerRunsService,
  ],
  exports: [ClaimsService, PulsesQueries, PulsesService, WorkerRunsService],
})
export class PulsesModule {}
