import { Controller, Get, Inject } from "@nestjs/common";
import { overviewSchema } from "@pulsekeep/contracts/api/deployments";
import { CallerOf, type UserCaller } from "../../http/caller.js";
import { Session } from "../../http/policy.js";
import { Returns } from "../../http/returns.js";
import { OverviewQueries } from "./overview.queries.js";

@Session()
@Controller("api/v1/overview")
export class OverviewController {
  constructor(@Inject(OverviewQueries) private readonly queries: OverviewQueries) {}

  @Get()
  @Returns(overviewSchema)
  get(@CallerOf() caller: UserCaller) {
    return this.queries.getOverview(caller);
  }
}
