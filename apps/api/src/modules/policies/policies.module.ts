import { Module } from "@nestjs/common";
import { AuditModule } from "../audit/audit.module.js";
import { PoliciesController } from "./policies.controller.js";
import { PoliciesQueries } from "./policies.queries.js";
import { PoliciesService } from "./policies.service.js";

@Module({
  imports: [AuditModule],
  controllers: [PoliciesController],
  providers: [PoliciesQueries, PoliciesService],
  exports: [PoliciesQueries],
})
export class PoliciesModule {}
