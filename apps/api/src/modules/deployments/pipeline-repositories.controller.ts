import { Body, Controller, Delete, Get, Inject, Param, Post } from "@nestjs/common";
import {
  type RepositoryTrust,
  repositoryTrustSchema,
  trustedRepositoriesSchema,
  trustedRepositorySchema,
} from "@pulsekeep/contracts/api/ci";
import { idSchema } from "@pulsekeep/contracts/api/shared";
import { ENV, type Env } from "../../env.js";
import { CallerOf, type UserCaller } from "../../http/caller.js";
import { Session } from "../../http/policy.js";
import { Returns, ReturnsNothing } from "../../http/returns.js";
import { audienceOf } from "./actions-token.js";
import { PipelineRepositoriesService } from "./pipeline-repositories.service.js";

/** The repositories whose Actions runs need no API key. */
@Session()
@Controller("api/v1/projects/:id/repositories")
export class PipelineRepositoriesController {
  constructor(
    @Inject(ENV) private readonly env: Env,
    @Inject(PipelineRepositoriesService) private readonly repositories: PipelineRepositoriesService,
  ) {}

  @Get()
  @Returns(trustedRepositoriesSchema)
  async list(@CallerOf() caller: UserCaller, @Param("id", { schema: idSchema }) id: string) {
    const rows = await this.repositories.listRepositories(caller, id);
    return { audience: audienceOf(this.env.PULSEKEEP_PUBLIC_URL, id), rows };
  }

  @Post()
  @Returns(trustedRepositorySchema, 201)
  trust(
    @CallerOf() caller: UserCaller,
    @Param("id", { schema: idSchema }) id: string,
    @Body({ schema: repositoryTrustSchema }) { name }: RepositoryTrust,
  ) {
    return this.repositories.trust(caller, id, name);
  }

  @Delete(":repositoryId")
  @ReturnsNothing()
  remove(
    @CallerOf() caller: UserCaller,
    @Param("id", { schema: idSchema }) id: string,
    @Param("repositoryId", { schema: idSchema }) repositoryId: string,
  ) {
    return this.repositories.remove(caller, id, repositoryId);
  }
}
