import { Module } from "@nestjs/common";
import { AuditModule } from "../audit/audit.module.js";
import { PulsesModule } from "../pulses/pulses.module.js";
import { VaultModule } from "../vault/vault.module.js";
import { GateService } from "./gate.service.js";
import { GitHubConsent } from "./github-consent.js";
import { HandshakeService } from "./handshake.service.js";
import { Provisioner } from "./provisioner.js";
import { ProvisioningService } from "./provisioning.service.js";
import { ProvisioningsController } from "./provisionings.controller.js";
import { RunnerTokenVerifier } from "./runner-token-verifier.js";
import { StuckProvisioningsJobs } from "./stuck-provisionings.jobs.js";
import { WaitingRoom } from "./waiting-room.js";
import { WorkerAuthService } from "./worker-auth.service.js";
import { WorkerProtocolController } from "./worker-protocol.controller.js";
import { WorkersController } from "./workers.controller.js";
import { WorkersQueries } from "./workers.queries.js";

@Module({
  imports: [AuditModule, PulsesModule, VaultModule],
  controllers: [ProvisioningsController, WorkersController, WorkerProtocolController],
  providers: [
    GateService,
    GitHubConsent,
    HandshakeService,
    Provisioner,
    ProvisioningService,
    RunnerTokenVerifier,
    StuckProvisioningsJobs,
    WaitingRoom,
    WorkerAuthService,
    WorkersQueries,
  ],
  exports: [WorkerAuthService, WorkersQueries],
})
export class WorkersModule {}
