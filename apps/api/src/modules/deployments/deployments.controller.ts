import { Controller, Get, Inject, Param, Query } from "@nestjs/common";
import {
  type DeploymentListQuery,
  deploymentDetailSchema,
  deploymentListQuerySchema,
  deploymentSamplesSchema,
  deploymentSchema,
} from "@pulsekeep/contracts/api/deployments";
import { idSchema, pageSchema } from "@pulsekeep/contracts/api/shared";
import { CallerOf, type UserCaller } from "../../http/caller.js";
import { Session } from "../../http/policy.js";
import { Returns } from "../../http/returns.js";
import { DeploymentSamplesQueries } from "./deployment-samples.queries.js";
import { DeploymentsQueries } from "./deployments.queries.js";

@Session()
@Controller("api/v1/deployments")
export class DeploymentsController {
  constructor(
    @Inject(DeploymentsQueries) private readonly queries: DeploymentsQueries,
    @Inject(DeploymentSamplesQueries) private readonly sampleQueries: DeploymentSamplesQueries,
  ) {}

  @Get()
  @Returns(pageSchema(deploymentSchema, "DeploymentPage"))
  list(
    @CallerOf() caller: UserCaller,
    @Query({ schema: deploymentListQuerySchema }) query: DeploymentListQuery,
  ) {
    return this.queries.listDeployments(caller, query);
  }

  @Get(":id")
  @Returns(deploymentDetailSchema)
  get(@CallerOf() caller: UserCaller, @Param("id", { schema: idSchema }) id: string) {
    return this.queries.getDeployment(caller, id);
  }

  @Get(":id/samples")
  @Returns(deploymentSamplesSchema)
  samples(@CallerOf() caller: UserCaller, @Param("id", { schema: idSchema }) id: string) {
    return this.sampleQueries.listSamples(caller, id);
  }
}
