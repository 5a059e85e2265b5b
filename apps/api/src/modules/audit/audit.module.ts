import { Module } from "@nestjs/common";
import { AuditController } from "./audit.controller.js";
import { AuditExportQueries } from "./audit-export.queries.js";
import { AuditLogController } from "./audit-log.controller.js";
import { AuditQueries } from "./audit.queries.js";
import { AuditService } from "./audit.service.js";
import { CheckpointSigner } from "./checkpoint-signer.js";
import { CheckpointsService } from "./checkpoints.service.js";
import { LogHealthQueries } from "./log-health.queries.js";
import { LogQueries } from "./log.queries.js";
import { RevocationsQueries } from "./revocations.queries.js";
import { SequencerJobs } from "./sequencer.jobs.js";

@Module({
  controllers: [AuditController, AuditLogController],
  providers: [
    AuditExportQueries,
    AuditService,
    AuditQueries,
    CheckpointSigner,
    CheckpointsService,
    LogHealthQueries,
    LogQueries,
    RevocationsQueries,
    SequencerJobs,
  ],
  exports: [AuditExportQueries, AuditService, LogHealthQueries, LogQueries, RevocationsQueries],
})
export class AuditModule {}
