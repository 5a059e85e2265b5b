import { Module } from "@nestjs/common";
import { AuditModule } from "../audit/audit.module.js";
import { KeyringQueries } from "./keyring.queries.js";
import { VaultJobs } from "./vault.jobs.js";
import { VaultService } from "./vault.service.js";

@Module({
  imports: [AuditModule],
  providers: [KeyringQueries, VaultJobs, VaultService],
  exports: [KeyringQueries, VaultService],
})
export class VaultModule {}
