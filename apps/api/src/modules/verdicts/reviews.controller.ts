import { Body, Controller, Delete, Get, Inject, Param, Post, Put } from "@nestjs/common";
import {
  type FeedbackRequest,
  feedbackRequestSchema,
  type ReplayRequest,
  replayRequestSchema,
  replaySchema,
  reviewSchema,
  verdictInputSchema,
} from "@pulsekeep/contracts/api/verdicts";
import { idSchema } from "@pulsekeep/contracts/api/shared";
import { CallerOf, type UserCaller } from "../../http/caller.js";
import { Session } from "../../http/policy.js";
import { RateLimit } from "../../http/rate-limit/rate-limit.js";
import { Returns } from "../../http/returns.js";
import { FeedbackService } from "./feedback.service.js";
import { ReplaysService } from "./replays.service.js";
import { ReviewsQueries } from "./reviews.queries.js";

@Session()
@Controller("api/v1/deployments/:id")
export class ReviewsController {
  constructor(
    @Inject(ReviewsQueries) private readonly reviews: ReviewsQueries,
    @Inject(FeedbackService) private readonly feedback: FeedbackService,
    @Inject(ReplaysService) private readonly replays: ReplaysService,
  ) {}

  @Get("review")
  @Returns(reviewSchema)
  review(@CallerOf() caller: UserCaller, @Param("id", { schema: idSchema }) id: string) {
    return this.reviews.getReview(caller, id);
  }

  @Put("feedback")
  @Returns(reviewSchema)
  async giveFeedback(
    @CallerOf() caller: UserCaller,
    @Param("id", { schema: idSchema }) id: string,
    @Body({ schema: feedbackRequestSchema }) body: FeedbackRequest,
  ) {
    await this.feedback.keepFeedback(caller, id, body);
    return this.reviews.getReview(caller, id);
  }

  @Delete("feedback")
  @Returns(reviewSchema)
  async withdrawFeedback(@CallerOf() caller: UserCaller, @Param("id", { schema: idSchema }) id: string) {
    await this.feedback.withdraw(caller, id);
    return this.reviews.getReview(caller, id);
  }

  @Post("replay")
  @RateLimit({ name: "verdict_replay", limit: 30, windowSeconds: 60 })
  @Returns(replaySchema)
  replay(
    @CallerOf() caller: UserCaller,
    @Param("id", { schema: idSchema }) id: string,
    @Body({ schema: replayRequestSchema }) body: ReplayRequest,
  ) {
    return this.replays.replayDeployment(caller, id, body.document);
  }

  @Get("verdict-input")
  @RateLimit({ name: "verdict_replay", limit: 30, windowSeconds: 60 })
  @Returns(verdictInputSchema)
  verdictInput(@CallerOf() caller: UserCaller, @Param("id", { schema: idSchema }) id: string) {
    return this.replays.getInput(caller, id);
  }
}
