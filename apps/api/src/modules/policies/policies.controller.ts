import { Body, Controller, Get, Inject, Param, Put, Query } from "@nestjs/common";
import {
  type PolicyHistoryQuery,
  type PolicyUpdate,
  policiesSchema,
  policyHistoryQuerySchema,
  policyHistorySchema,
  policyUpdateSchema,
} from "@pulsekeep/contracts/api/policies";
import { idSchema } from "@pulsekeep/contracts/api/shared";
import { CallerOf, type UserCaller } from "../../http/caller.js";
import { Session } from "../../http/policy.js";
import { Returns } from "../../http/returns.js";
import { PoliciesQueries } from "./policies.queries.js";
import { PoliciesService } from "./policies.service.js";

@Session()
@Controller("api/v1/projects/:id/policies")
export class PoliciesController {
  constructor(
    @Inject(PoliciesQueries) private readonly queries: PoliciesQueries,
    @Inject(PoliciesService) private readonly policies: PoliciesService,
  ) {}

  @Get()
  @Returns(policiesSchema)
  get(@CallerOf() caller: UserCaller, @Param("id", { schema: idSchema }) id: string) {
    return this.queries.getPolicies(caller, id);
  }

  @Put()
  @Returns(policiesSchema)
  async update(
    @CallerOf() caller: UserCaller,
    @Param("id", { schema: idSchema }) id: string,
    @Body({ schema: policyUpdateSchema }) body: PolicyUpdate,
  ) {
    await this.policies.recordVersion(caller, id, body);
    return this.queries.getPolicies(caller, id);
  }

  @Get("history")
  @Returns(policyHistorySchema)
  history(
    @CallerOf() caller: UserCaller,
    @Param("id", { schema: idSchema }) id: string,
    @Query({ schema: policyHistoryQuerySchema }) query: PolicyHistoryQuery,
  ) {
    return this.queries.listHistory(caller, id, query.environment);
  }
}
