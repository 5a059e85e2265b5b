import { Body, Controller, Inject, Post } from "@nestjs/common";
import { ApiSecurity } from "@nestjs/swagger";
import { type OtlpAnswer, otlpAnswerSchema } from "@pulsekeep/contracts/api/metrics";
import { AppError } from "../../http/app-error.js";
import { type ApiKeyCaller, CallerOf } from "../../http/caller.js";
import { ApiKey } from "../../http/policy.js";
import { RateLimit } from "../../http/rate-limit/rate-limit.js";
import { Returns } from "../../http/returns.js";
import { type OtlpRequest, otlpRequestSchema } from "./otlp/otlp-request.js";
import { readOtlp } from "./otlp/read-otlp.js";
import { PushService } from "./push.service.js";

/** What exports closer together than this brings is one sample. */
const SPAN_MS = 10_000;
const MAX_ROWS = 1_000;

/** OTLP/HTTP in its JSON form, for services and collectors that speak OpenTelemetry. */
@ApiKey()
@ApiSecurity("api_key")
@RateLimit({ name: "push", limit: 600, windowSeconds: 60 })
@Controller("v1/metrics")
export class OtlpController {
  constructor(@Inject(PushService) private readonly pushes: PushService) {}

  @Post()
  @Returns(otlpAnswerSchema)
  async export(
    @CallerOf() caller: ApiKeyCaller,
    @Body({ schema: otlpRequestSchema }) request: OtlpRequest,
  ): Promise<OtlpAnswer> {
    const { rows, refused } = readOtlp(request, { spanMs: SPAN_MS });
    if (rows.length > MAX_ROWS) throw new AppError("body_too_large");
    const reasons = new Map<string, number>(refused);
    if (rows.length > 0) {
      const { rejected } = await this.pushes.push(caller, rows);
      for (const { reason, detail } of rejected) {
        const name = detail === null ? reason : `${reason} (${detail})`;
        reasons.set(name, (reasons.get(name) ?? 0) + 1);
      }
    }
    if (reasons.size === 0) return {};
    const total = [...reasons.values()].reduce((sum, count) => sum + count, 0);
    const errorMessage = [...reasons].map(([reason, count]) => `${reason}: ${count}`).join(", ");
    return { partialSuccess: { rejectedDataPoints: String(total), errorMessage } };
  }
}
