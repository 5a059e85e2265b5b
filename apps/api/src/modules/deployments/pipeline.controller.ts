import type { IncomingHttpHeaders } from "node:http";
import { Body, Controller, Get, Headers, Inject, Param, Post, Query, Res } from "@nestjs/common";
import { ApiBearerAuth, ApiHeader, ApiResponse, ApiSecurity } from "@nestjs/swagger";
import {
  type DeploymentCreate,
  type DeploymentFinish,
  type DeploymentWait,
  type DeploymentWaitQuery,
  deploymentCreateSchema,
  deploymentFinishSchema,
  deploymentWaitQuerySchema,
  deploymentWaitSchema,
} from "@pulsekeep/contracts/api/ci";
import { type Deployment, deploymentSchema } from "@pulsekeep/contracts/api/deployments";
import { idSchema } from "@pulsekeep/contracts/api/shared";
import type { FastifyReply } from "fastify";
import { AppError } from "../../http/app-error.js";
import { CallerOf, type PipelineCaller, type UserCaller } from "../../http/caller.js";
import { Pipeline, SessionOrPipeline } from "../../http/policy.js";
import { RateLimit } from "../../http/rate-limit/rate-limit.js";
import { Returns } from "../../http/returns.js";
import { factsOfCreate } from "./deployment-facts.js";
import { DeploymentWaits } from "./deployment-waits.service.js";
import { DeploymentsQueries } from "./deployments.queries.js";
import { FinishService } from "./finish.service.js";
import { CI_RATE, readKey } from "./pipeline-rules.js";
import { TriggerService } from "./trigger.service.js";

/** A pipeline's calls in the API's own form. */
@Pipeline()
@ApiSecurity("api_key")
@ApiBearerAuth()
@RateLimit(CI_RATE)
@Controller("api/v1/deployments")
export class PipelineController {
  constructor(
    @Inject(TriggerService) private readonly triggers: TriggerService,
    @Inject(FinishService) private readonly finishes: FinishService,
    @Inject(DeploymentsQueries) private readonly queries: DeploymentsQueries,
    @Inject(DeploymentWaits) private readonly waits: DeploymentWaits,
  ) {}

  @Post()
  @ApiHeader({ name: "Idempotency-Key", required: false, description: "1 to 255 characters, kept for a day" })
  @ApiResponse({ status: 200, standardSchema: deploymentSchema })
  @Returns(deploymentSchema, 201)
  async create(
    @CallerOf() caller: PipelineCaller,
    @Headers() headers: IncomingHttpHeaders,
    @Body({ schema: deploymentCreateSchema }) body: DeploymentCreate,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Deployment> {
    const key = readKey(headers);
    const facts = factsOfCreate(body);
    const begun = await this.triggers.begin(caller, { facts, key, environmentField: "environment" });
    reply.status(begun.isNew ? 201 : 200).header("location", `/api/v1/deployments/${begun.id}`);
    return this.queries.getOfPipeline(caller, begun.id);
  }

  /** Repeating it changes nothing; another result than before is refused. */
  @Post(":id/finish")
  @Returns(deploymentSchema)
  async finish(
    @CallerOf() caller: PipelineCaller,
    @Param("id", { schema: idSchema }) id: string,
    @Body({ schema: deploymentFinishSchema }) { result }: DeploymentFinish,
  ): Promise<Deployment> {
    const finished = await this.finishes.finish(caller, { id, result });
    if (finished.kind === "not_found") throw new AppError("not_found");
    if (finished.kind === "before" && finished.isAbandoned) throw new AppError("deployment_abandoned");
    if (finished.kind === "before" && finished.result !== result) throw new AppError("deployment_finished");
    return this.queries.getOfPipeline(caller, id);
  }

  /** For gates: answers when the verdict is final, or with what there is when the wait is over. */
  @Get(":id/wait")
  @SessionOrPipeline()
  @Returns(deploymentWaitSchema)
  wait(
    @CallerOf() caller: PipelineCaller | UserCaller,
    @Param("id", { schema: idSchema }) id: string,
    @Query({ schema: deploymentWaitQuerySchema }) { seconds, locale }: DeploymentWaitQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DeploymentWait> {
    const language = locale ?? (caller.kind === "user" ? caller.locale : "en");
    return this.waits.waitFor({
      deploymentId: id,
      owner: caller.workspaceId,
      waitMs: seconds * 1_000,
      look: () => this.queries.getWaited(caller, id, language),
      onGone: (leave) => {
        if (reply.raw.destroyed) leave();
        else reply.raw.once("close", leave);
      },
    });
  }
}
