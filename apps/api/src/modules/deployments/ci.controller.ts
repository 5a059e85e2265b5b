import { Body, Controller, Headers, Inject, Post } from "@nestjs/common";
import { ApiHeader, ApiSecurity } from "@nestjs/swagger";
import {
  type FinishRequest,
  finishAnswerSchema,
  finishRequestSchema,
  idempotencyKeySchema,
  type TriggerRequest,
  triggerAnswerSchema,
  triggerRequestSchema,
} from "@pulsekeep/contracts/api/ci";
import { AppError } from "../../http/app-error.js";
import { type ApiKeyCaller, CallerOf } from "../../http/caller.js";
import { ApiKey } from "../../http/policy.js";
import { RateLimit } from "../../http/rate-limit/rate-limit.js";
import { Returns } from "../../http/returns.js";
import { FinishService } from "./finish.service.js";
import { TriggerService } from "./trigger.service.js";

/** The two calls of a pipeline, in SeqPulse's wire format. */
@ApiKey()
@ApiSecurity("api_key")
@RateLimit({ name: "ci", limit: 100, windowSeconds: 60 })
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
  trigger(
    @CallerOf() caller: ApiKeyCaller,
    @Headers("x-idempotency-key") keyHeader: string | undefined,
    @Body({ schema: triggerRequestSchema }) request: TriggerRequest,
  ) {
    const key = keyHeader === undefined ? request.idempotency_key : readKey(keyHeader);
    return this.triggers.trigger(caller, { request, key: key ?? undefined });
  }

  @Post("finish")
  @Returns(finishAnswerSchema)
  finish(@CallerOf() caller: ApiKeyCaller, @Body({ schema: finishRequestSchema }) request: FinishRequest) {
    return this.finishes.finish(caller, request);
  }
}

function readKey(header: string): string {
  const parsed = idempotencyKeySchema.safeParse(header);
  if (parsed.success) return parsed.data;
  throw new AppError("invalid_input", {
    errors: [{ path: "X-Idempotency-Key", message: "1 to 255 characters expected" }],
  });
}
