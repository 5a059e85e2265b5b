import { Body, Controller, Get, Inject, Param, Put, Query } from "@nestjs/common";
import {
  type QuotaOwner,
  type Quotas,
  quotaOwnerSchema,
  quotasSchema,
  workspaceQuotasSchema,
} from "@pulsekeep/contracts/api/projects";
import { idSchema } from "@pulsekeep/contracts/api/shared";
import { CallerOf, type UserCaller } from "../../http/caller.js";
import { Admin } from "../../http/policy.js";
import { Returns } from "../../http/returns.js";
import { QuotasService } from "./quotas.service.js";

@Admin()
@Controller("api/v1/admin/quotas")
export class QuotasController {
  constructor(@Inject(QuotasService) private readonly quotas: QuotasService) {}

  @Get()
  @Returns(workspaceQuotasSchema)
  find(@Query({ schema: quotaOwnerSchema }) { email }: QuotaOwner) {
    return this.quotas.findByOwner(email);
  }

  @Put(":workspaceId")
  @Returns(workspaceQuotasSchema)
  set(
    @CallerOf() caller: UserCaller,
    @Param("workspaceId", { schema: idSchema }) workspaceId: string,
    @Body({ schema: quotasSchema }) body: Quotas,
  ) {
    return this.quotas.setQuotas(caller, workspaceId, body);
  }
}
