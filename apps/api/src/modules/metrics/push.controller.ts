import { Body, Controller, Inject, Post } from "@nestjs/common";
import { ApiSecurity } from "@nestjs/swagger";
import { type SamplesPush, samplesPushedSchema, samplesPushSchema } from "@pulsekeep/contracts/api/metrics";
import { AppError } from "../../http/app-error.js";
import { type ApiKeyCaller, CallerOf } from "../../http/caller.js";
import { ApiKey } from "../../http/policy.js";
import { RateLimit } from "../../http/rate-limit/rate-limit.js";
import { Returns } from "../../http/returns.js";
import { PushService } from "./push.service.js";

/** Samples that a service sends by itself, instead of being asked. */
@ApiKey()
@ApiSecurity("api_key")
@RateLimit({ name: "push", limit: 600, windowSeconds: 60 })
@Controller("api/v1/samples")
export class PushController {
  constructor(@Inject(PushService) private readonly pushes: PushService) {}

  /** Answers 422 only when nothing at all of the push is good: then its sender should hear of it. */
  @Post()
  @Returns(samplesPushedSchema)
  async push(@CallerOf() caller: ApiKeyCaller, @Body({ schema: samplesPushSchema }) body: SamplesPush) {
    const sentAt = body.sentAt === undefined ? undefined : new Date(body.sentAt);
    const pushed = await this.pushes.push(caller, body.samples, { sentAt });
    if (pushed.rejected.length === body.samples.length)
      throw new AppError("invalid_input", {
        errors: pushed.rejected.slice(0, 50).map(({ index, reason, detail }) => ({
          path: ["samples", index, ...(detail === null ? [] : ["metrics", detail])].join("."),
          message: reason,
        })),
      });
    return pushed;
  }
}
