import {
  type BeforeApplicationShutdown,
  Controller,
  Get,
  Inject,
  Param,
  Query,
  Req,
  Res,
} from "@nestjs/common";
import { ApiBearerAuth, ApiProduces, ApiSecurity } from "@nestjs/swagger";
import {
  type DeploymentStreamQuery,
  deploymentStreamQuerySchema,
} from "@pulsekeep/contracts/api/deployments";
import { idSchema, instantSchema } from "@pulsekeep/contracts/api/shared";
import type { FastifyReply, FastifyRequest } from "fastify";
import { CallerOf, type PipelineCaller, type UserCaller } from "../../http/caller.js";
import { type EventStream, openEventStream } from "../../http/event-stream.js";
import { Authenticators, SessionOrPipeline } from "../../http/policy.js";
import { RateLimit } from "../../http/rate-limit/rate-limit.js";
import { LOGGER, type Logger } from "../../platform/logger.js";
import { DeploymentSamplesQueries } from "./deployment-samples.queries.js";
import { DeploymentStreams, type Followed, STREAM_BATCH } from "./deployment-streams.service.js";
import { DeploymentWaits } from "./deployment-waits.service.js";
import { DeploymentsQueries } from "./deployments.queries.js";

/** One deployment, live: for its page, and for pipelines that would rather listen than ask. */
@Controller("api/v1/deployments")
export class DeploymentStreamController implements BeforeApplicationShutdown {
  private readonly open = new Set<EventStream>();

  constructor(
    @Inject(DeploymentStreams) private readonly streams: DeploymentStreams,
    @Inject(DeploymentWaits) private readonly waits: DeploymentWaits,
    @Inject(DeploymentsQueries) private readonly queries: DeploymentsQueries,
    @Inject(DeploymentSamplesQueries) private readonly samples: DeploymentSamplesQueries,
    @Inject(Authenticators) private readonly authenticators: Authenticators,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * Samples have their instant as id, so a connection that resumes gets those that it missed, and the deployment as it
   * is by then. A sample that arrives after a later one is not sent: the list of samples has it.
   */
  @Get(":id/events")
  @SessionOrPipeline()
  @ApiSecurity("api_key")
  @ApiBearerAuth()
  @RateLimit({ name: "deployment_stream", limit: 120, windowSeconds: 60 })
  @ApiProduces("text/event-stream")
  async stream(
    @CallerOf() caller: UserCaller | PipelineCaller,
    @Param("id", { schema: idSchema }) id: string,
    @Query({ schema: deploymentStreamQuerySchema }) query: DeploymentStreamQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const locale = query.locale ?? (caller.kind === "user" ? caller.locale : "en");
    const look = () => this.queries.getWaited(caller, id, locale);
    // What is not there, or full, is said as a problem, while the answer is no stream yet.
    await look();
    const leave = this.waits.enter(caller.workspaceId);
    const authenticate = this.authenticators.find("session_or_pipeline");
    const stream = openEventStream({ request, reply }, async () => authenticate?.(request));
    this.open.add(stream);
    stream.ended.addEventListener("abort", () => {
      leave();
      this.open.delete(stream);
    });
    void this.tell(stream, {
      deploymentId: id,
      after: instantOf(stream.lastEventId) ?? instantOf(query.after),
      look,
      listSince: (after) => this.samples.listSince(caller, id, { after, limit: STREAM_BATCH }),
      ended: stream.ended,
    });
  }

  beforeApplicationShutdown(): void {
    for (const stream of this.open) stream.close();
  }

  private async tell(stream: EventStream, followed: Followed): Promise<void> {
    try {
      for await (const news of this.streams.follow(followed))
        stream.send(news.event, news.data, "id" in news ? news.id : undefined);
    } catch (error) {
      // Whoever listens connects again, and is told then if the deployment is gone.
      this.logger.debug({ err: error, deploymentId: followed.deploymentId }, "a deployment's stream broke");
    } finally {
      stream.close();
    }
  }
}

const instantOf = (text: string | undefined): Date | undefined =>
  text !== undefined && instantSchema.safeParse(text).success ? new Date(text) : undefined;
