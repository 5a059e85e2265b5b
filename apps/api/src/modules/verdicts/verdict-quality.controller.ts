import { Body, Controller, Get, Inject, Param, Post, Query } from "@nestjs/common";
import {
  type PolicyPreviewRequest,
  policyPreviewRequestSchema,
  policyPreviewSchema,
} from "@pulsekeep/contracts/api/policies";
import { idSchema } from "@pulsekeep/contracts/api/shared";
import {
  type VerdictQualityQuery,
  verdictQualityQuerySchema,
  verdictQualitySchema,
} from "@pulsekeep/contracts/api/verdicts";
import { CallerOf, type UserCaller } from "../../http/caller.js";
import { Session } from "../../http/policy.js";
import { RateLimit } from "../../http/rate-limit/rate-limit.js";
import { Returns } from "../../http/returns.js";
import { ReplaysService } from "./replays.service.js";
import { ReviewsQueries } from "./reviews.queries.js";

/** How good a project's verdicts are, and what they would be with another policy. */
@Session()
@Controller("api/v1/projects/:id")
export class VerdictQualityController {
  constructor(
    @Inject(ReviewsQueries) private readonly reviews: ReviewsQueries,
    @Inject(ReplaysService) private readonly replays: ReplaysService,
  ) {}

  @Get("verdict-quality")
  @Returns(verdictQualitySchema)
  quality(
    @CallerOf() caller: UserCaller,
    @Param("id", { schema: idSchema }) id: string,
    @Query({ schema: verdictQualityQuerySchema }) { days }: VerdictQualityQuery,
  ) {
    return this.reviews.getQuality(caller, id, days);
  }

  @Post("policies/preview")
  @RateLimit({ name: "policy_preview", limit: 20, windowSeconds: 60 })
  @Returns(policyPreviewSchema)
  preview(
    @CallerOf() caller: UserCaller,
    @Param("id", { schema: idSchema }) id: string,
    @Body({ schema: policyPreviewRequestSchema }) body: PolicyPreviewRequest,
  ) {
    return this.replays.previewPolicy(caller, id, body);
  }
}
