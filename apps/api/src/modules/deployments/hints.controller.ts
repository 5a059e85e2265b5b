import { Controller, Get, Inject, Query } from "@nestjs/common";
import {
  type HintCountsQuery,
  type HintListQuery,
  hintCountsQuerySchema,
  hintCountsSchema,
  hintedDeploymentSchema,
  hintListQuerySchema,
} from "@pulsekeep/contracts/api/deployments";
import { pageSchema } from "@pulsekeep/contracts/api/shared";
import { CallerOf, type UserCaller } from "../../http/caller.js";
import { Session } from "../../http/policy.js";
import { Returns } from "../../http/returns.js";
import { HintsQueries } from "./hints.queries.js";

@Session()
@Controller("api/v1/hints")
export class HintsController {
  constructor(@Inject(HintsQueries) private readonly hints: HintsQueries) {}

  @Get()
  @Returns(pageSchema(hintedDeploymentSchema, "HintedDeploymentPage"))
  list(@CallerOf() caller: UserCaller, @Query({ schema: hintListQuerySchema }) query: HintListQuery) {
    return this.hints.listHinted(caller, query);
  }

  @Get("counts")
  @Returns(hintCountsSchema)
  count(
    @CallerOf() caller: UserCaller,
    @Query({ schema: hintCountsQuerySchema }) { projectId }: HintCountsQuery,
  ) {
    return this.hints.countHints(caller, projectId);
  }
}
