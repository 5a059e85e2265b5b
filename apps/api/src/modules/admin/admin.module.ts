import { Module } from "@nestjs/common";
import { AuditModule } from "../audit/audit.module.js";
import { ObservabilityModule } from "../observability/observability.module.js";
import { VaultModule } from "../vault/vault.module.js";
import { AdminController } from "./admin.controller.js";
import { DeadLettersService } from "./dead-letters.service.js";
import { SystemQueries } from "./system.queries.js";

@Module({
  imports: [AuditModule, ObservabilityModule, VaultModule],
  controllers: [AdminController],
  providers: [DeadLettersService, SystemQueries],
})
export class AdminModule {}
