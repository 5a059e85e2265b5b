import { Body, Controller, Delete, Get, Inject, Param, Post, Put } from "@nestjs/common";
import { idSchema } from "@pulsekeep/contracts/api/shared";
import {
  type SlackTestRequest,
  type SlackUpdate,
  slackSettingsSchema,
  slackTestRequestSchema,
  slackTestSchema,
  slackUpdateSchema,
} from "@pulsekeep/contracts/api/slack";
import { CallerOf, type UserCaller } from "../../http/caller.js";
import { Session } from "../../http/policy.js";
import { RateLimit } from "../../http/rate-limit/rate-limit.js";
import { Returns, ReturnsNothing } from "../../http/returns.js";
import { SlackSettingsQueries } from "./slack-settings.queries.js";
import { SlackSettingsService } from "./slack-settings.service.js";
import { SlackTestsService } from "./slack-tests.service.js";

@Session()
@Controller("api/v1/projects/:id/slack")
export class SlackController {
  constructor(
    @Inject(SlackSettingsService) private readonly settings: SlackSettingsService,
    @Inject(SlackSettingsQueries) private readonly queries: SlackSettingsQueries,
    @Inject(SlackTestsService) private readonly tests: SlackTestsService,
  ) {}

  @Get()
  @Returns(slackSettingsSchema)
  get(@CallerOf() caller: UserCaller, @Param("id", { schema: idSchema }) id: string) {
    return this.queries.getSettings(caller, id);
  }

  @Put()
  @Returns(slackSettingsSchema)
  async change(
    @CallerOf() caller: UserCaller,
    @Param("id", { schema: idSchema }) id: string,
    @Body({ schema: slackUpdateSchema }) body: SlackUpdate,
  ) {
    await this.settings.change(caller, id, body);
    return this.queries.getSettings(caller, id);
  }

  @Delete()
  @ReturnsNothing()
  remove(@CallerOf() caller: UserCaller, @Param("id", { schema: idSchema }) id: string) {
    return this.settings.remove(caller, id);
  }

  @Post("test")
  // Each one is somebody's notification.
  @RateLimit({ name: "slack_test", limit: 10, windowSeconds: 60 })
  @Returns(slackTestSchema)
  test(
    @CallerOf() caller: UserCaller,
    @Param("id", { schema: idSchema }) id: string,
    @Body({ schema: slackTestRequestSchema }) { text }: SlackTestRequest,
  ) {
    return this.tests.send(caller, id, text);
  }
}
