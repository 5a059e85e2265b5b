import type { IncomingHttpHeaders } from "node:http";
import { Body, Controller, Headers, Inject, Post } from "@nestjs/common";
import { ApiBearerAuth, ApiHeader, ApiSecurity } from "@nestjs/swagger";
import {
  type FinishAnswer,
  type FinishRequest,
  finishAnswerSchema,
  finishRequestSchema,
  type TriggerAnswer,
  type TriggerRequest,
  triggerAnswerSchema,
  triggerRequestSchema,
} from "@pulsekeep/contracts/api/ci";
import { CallerOf, type PipelineCaller } from "../../http/caller.js";
import { Pipeline } from "../../http/policy.js";
import { RateLimit } from "../../http/rate-limit/rate-limit.js";
import { Returns } from "../../http/returns.js";
import { factsOfTrigger } from "./deployment-facts.js";
import { FinishService, type Finished } from "./finish.service.js";
import { CI_RATE, readKey } from "./pipeline-rules.js";
import { TriggerService } from "./trigger.service.js";

/** The two calls of a pipeline, in SeqPulse's wire format. */
@Pipeline()
@ApiSecurity("api_key")
@ApiBearerAuth()
@RateLimit(CI_RATE)
@Controller("deployments")
export class CiController {
  constructor(
    @Inject(TriggerService) private readonly triggers: TriggerService,
    @Inject(FinishService) private readonly finishes: FinishService,
  ) {}

  @Post("trigger")
  @ApiHeader({
    name: "X-Idempotency-Key",
    required: false,
    description: "1 to 255 characters, kept for a day",
  })
  @Returns(triggerAnswerSchema)
  async trigger(
    @CallerOf() caller: PipelineCaller,
    @Headers() headers: IncomingHttpHeaders,
    @Body({ schema: triggerRequestSchema }) request: TriggerRequest,
  ): Promise<TriggerAnswer> {
    const begun = await this.triggers.begin(caller, {
      facts: factsOfTrigger(request),
      key: readKey(headers) ?? request.idempotency_key ?? undefined,
      metricsEndpoint: request.metrics_endpoint ?? undefined,
      environmentField: "env",
    });
    return {
      deployment_id: begun.id,
      status: begun.isNew ? "created" : "existing",
      message: begun.message,
    };
  }

  @Post("finish")
  @Returns(finishAnswerSchema)
  async finish(
    @CallerOf() caller: PipelineCaller,
    @Body({ schema: finishRequestSchema }) { deployment_id: id, result }: FinishRequest,
  ): Promise<FinishAnswer> {
    return toAnswer(await this.finishes.finish(caller, { id, result }));
  }
}

function toAnswer(finished: Finished): FinishAnswer {
  switch (finished.kind) {
    case "observed":
      return {
        status: "accepted",
        message: `Observed for ${finished.windowSeconds} seconds from now on`,
      };
    case "not_found":
      return { status: "not_found", message: "This project has no such deployment" };
    case "before":
      return {
        status: "ignored",
        message: finished.isAbandoned
          ? "The deployment was abandoned, because it was not finished in time"
          : "The deployment has been finished before",
      };
  }
}
