import { Module } from "@nestjs/common";
import { AuditModule } from "../audit/audit.module.js";
import { WorkersModule } from "../workers/workers.module.js";
import { ProofController } from "./proof.controller.js";
import { ProofLinksService } from "./proof-links.service.js";
import { ProofQueries } from "./proof.queries.js";
import { SecurityController } from "./security.controller.js";
import { SecurityQueries } from "./security.queries.js";

@Module({
  imports: [AuditModule, WorkersModule],
  controllers: [ProofController, SecurityController],
  providers: [ProofLinksService, ProofQueries, SecurityQueries],
})
export class ProofModule {}
