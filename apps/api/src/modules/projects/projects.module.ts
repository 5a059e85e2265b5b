import { Module } from "@nestjs/common";
import { AuditModule } from "../audit/audit.module.js";
import { MetricsModule } from "../metrics/metrics.module.js";
import { VaultModule } from "../vault/vault.module.js";
import { ApiKeysService } from "./api-keys.service.js";
import { EndpointsService } from "./endpoints.service.js";
import { HmacService } from "./hmac.service.js";
import { ProjectsController } from "./projects.controller.js";
import { ProjectsQueries } from "./projects.queries.js";
import { ProjectsService } from "./projects.service.js";

@Module({
  imports: [AuditModule, MetricsModule, VaultModule],
  controllers: [ProjectsController],
  providers: [ApiKeysService, EndpointsService, HmacService, ProjectsQueries, ProjectsService],
  exports: [ApiKeysService],
})
export class ProjectsModule {}
