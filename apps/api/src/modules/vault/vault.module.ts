import { Module } from "@nestjs/common";
import { AuditModule } from "../audit/audit.module.js";
import { DataKeyJobs } from "./data-key.jobs.js";
import { KeyringQueries } from "./keyring.queries.js";
import { VaultJobs } from "./vault.jobs.js";
import { VaultService } from "./vault.service.js";

@Module({
  imports: [AuditModule],
  providers: [DataKeyJobs, KeyringQueries, VaultJobs, VaultService],
  exports: [KeyringQueries, VaultService],
})
export class VaultModule {}
