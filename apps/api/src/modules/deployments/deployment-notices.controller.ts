import { Controller, Get, Inject, Param, Post, Query } from "@nestjs/common";
import { deploymentNoticeSchema } from "@pulsekeep/contracts/api/deployments";
import { idSchema, type PageQuery, pageQuerySchema, pageSchema } from "@pulsekeep/contracts/api/shared";
import { CallerOf, type UserCaller } from "../../http/caller.js";
import { Session } from "../../http/policy.js";
import { Returns, ReturnsNothing } from "../../http/returns.js";
import { DeploymentNoticesQueries } from "./deployment-notices.queries.js";
import { DeploymentNoticesService } from "./deployment-notices.service.js";

@Session()
@Controller("api/v1/deployment-notices")
export class DeploymentNoticesController {
  constructor(
    @Inject(DeploymentNoticesQueries) private readonly queries: DeploymentNoticesQueries,
    @Inject(DeploymentNoticesService) private readonly notices: DeploymentNoticesService,
  ) {}

  @Get()
  @Returns(pageSchema(deploymentNoticeSchema, "DeploymentNoticePage"))
  list(@CallerOf() caller: UserCaller, @Query({ schema: pageQuerySchema }) query: PageQuery) {
    return this.queries.listNotices(caller, query);
  }

  @Post(":id/dismiss")
  @ReturnsNothing()
  dismiss(@CallerOf() caller: UserCaller, @Param("id", { schema: idSchema }) id: string) {
    return this.notices.dismiss(caller, id);
  }
}
