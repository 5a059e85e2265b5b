import { Module } from "@nestjs/common";
import { AuditModule } from "../audit/audit.module.js";
import { Announcer } from "./announcer.js";
import { ClaimsService } from "./claims.service.js";
import { CommitRunsService } from "./commit-runs.service.js";
import { DispatcherJobs } from "./dispatcher.jobs.js";
import { PlannerJobs } from "./planner.jobs.js";
import { PulsesController, RunsController } from "./pulses.controller.js";
import { PulsesQueries } from "./pulses.queries.js";
import { PulsesService } from "./pulses.service.js";
import { RunNowService } from "./run-now.service.js";
import { RunRules } from "./run-rules.js";
import { SweeperJobs } from "./sweeper.jobs.js";
import { UpdateRunsService } from "./update-runs.service.js";
import { WorkerRunsService } from "./worker-runs.service.js";

@Module({
  imports: [AuditModule],
  controllers: [PulsesController, RunsController],
  providers: [
    Announcer,
    ClaimsService,
    CommitRunsService,
    DispatcherJobs,
    PlannerJobs,
    PulsesQueries,
    PulsesService,
    RunNowService,
    RunRules,
    SweeperJobs,
    UpdateRunsService,
    WorkerRunsService,
  ],
  exports: [
    ClaimsService,
    CommitRunsService,
    PulsesQueries,
    PulsesService,
    UpdateRunsService,
    WorkerRunsService,
  ],
})
export class PulsesModule {}
