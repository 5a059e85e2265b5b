import { Module } from "@nestjs/common";
import { AuditModule } from "../audit/audit.module.js";
import { MetricsModule } from "../metrics/metrics.module.js";
import { VaultModule } from "../vault/vault.module.js";
import { ApiKeysService } from "./api-keys.service.js";
import { EndpointsController } from "./endpoints.controller.js";
import { EndpointsService } from "./endpoints.service.js";
import { HmacService } from "./hmac.service.js";
import { ProjectsController } from "./projects.controller.js";
import { ProjectsQueries } from "./projects.queries.js";
import { ProjectsService } from "./projects.service.js";
import { PrometheusEndpointsService } from "./prometheus-endpoints.service.js";
import { QuotaUseController } from "./quota-use.controller.js";
import { QuotaUseQueries } from "./quota-use.queries.js";
import { QuotasController } from "./quotas.controller.js";
import { QuotasService } from "./quotas.service.js";

@Module({
  imports: [AuditModule, MetricsModule, VaultModule],
  controllers: [EndpointsController, ProjectsController, QuotaUseController, QuotasController],
  providers: [
    ApiKeysService,
    EndpointsService,
    HmacService,
    PrometheusEndpointsService,
    ProjectsQueries,
    ProjectsService,
    QuotaUseQueries,
    QuotasService,
  ],
  exports: [ApiKeysService],
})
export class ProjectsModule {}
