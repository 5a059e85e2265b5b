import { Module } from "@nestjs/common";
import { AuditModule } from "../audit/audit.module.js";
import { PulsesModule } from "../pulses/pulses.module.js";
import { VaultModule } from "../vault/vault.module.js";
import { CheckpointExportController } from "./checkpoint-export.controller.js";
import { CheckpointExportService } from "./checkpoint-export.service.js";
import { EnrolmentsController } from "./enrolments.controller.js";
import { EnrolmentsService } from "./enrolments.service.js";
import { GateService } from "./gate.service.js";
import { GitHubConsent } from "./github-consent.js";
import { HandshakeService } from "./handshake.service.js";
import { HandshakesQueries } from "./handshakes.queries.js";
import { MovesService } from "./moves.service.js";
import { Provisioner } from "./provisioner.js";
import { ProvisioningStartsService } from "./provisioning-starts.service.js";
import { ProvisioningService } from "./provisioning.service.js";
import { ProvisioningsController } from "./provisionings.controller.js";
import { RefusedSignalsService } from "./refused-signals.service.js";
import { RemovalsService } from "./removals.service.js";
import { RootExpiryJobs } from "./root-expiry.jobs.js";
import { RunnerTokenVerifier } from "./runner-token-verifier.js";
import { SilenceMails } from "./silence-mails.js";
import { SilencesJobs } from "./silences.jobs.js";
import { SilencesService } from "./silences.service.js";
import { StuckProvisioningsJobs } from "./stuck-provisionings.jobs.js";
import { WaitingRoom } from "./waiting-room.js";
import { WorkerAuthService } from "./worker-auth.service.js";
import { WorkerNoticesService } from "./worker-notices.service.js";
import { WorkerProtocolController } from "./worker-protocol.controller.js";
import { WorkerRootsService } from "./worker-roots.service.js";
import { WorkersController } from "./workers.controller.js";
import { WorkersQueries } from "./workers.queries.js";

@Module({
  imports: [AuditModule, PulsesModule, VaultModule],
  controllers: [
    CheckpointExportController,
    EnrolmentsController,
    ProvisioningsController,
    WorkersController,
    WorkerProtocolController,
  ],
  providers: [
    CheckpointExportService,
    EnrolmentsService,
    GateService,
    GitHubConsent,
    HandshakeService,
    HandshakesQueries,
    MovesService,
    Provisioner,
    ProvisioningService,
    ProvisioningStartsService,
    RefusedSignalsService,
    RemovalsService,
    RootExpiryJobs,
    RunnerTokenVerifier,
    SilenceMails,
    SilencesJobs,
    SilencesService,
    StuckProvisioningsJobs,
    WaitingRoom,
    WorkerAuthService,
    WorkerNoticesService,
    WorkerRootsService,
    WorkersQueries,
  ],
  exports: [HandshakesQueries, WorkerAuthService, WorkersQueries],
})
export class WorkersModule {}
