import { Controller, Get, Inject } from "@nestjs/common";
import { quotaUseSchema } from "@pulsekeep/contracts/api/projects";
import { CallerOf, type UserCaller } from "../../http/caller.js";
import { Session } from "../../http/policy.js";
import { Returns } from "../../http/returns.js";
import { QuotaUseQueries } from "./quota-use.queries.js";

@Session()
@Controller("api/v1/quotas")
export class QuotaUseController {
  constructor(@Inject(QuotaUseQueries) private readonly queries: QuotaUseQueries) {}

  @Get()
  @Returns(quotaUseSchema)
  get(@CallerOf() caller: UserCaller) {
    return this.queries.getUse(caller);
  }
}
