import { Body, Controller, Get, Inject, Param, Post, Query } from "@nestjs/common";
import {
  type RunNotice,
  type RunNoticeListQuery,
  type RunNoticesDismiss,
  runNoticeKindSchema,
  runNoticeListQuerySchema,
  runNoticeSchema,
  runNoticesDismissSchema,
} from "@pulsekeep/contracts/api/pulses";
import { idSchema, pageSchema } from "@pulsekeep/contracts/api/shared";
import { CallerOf, type UserCaller } from "../../http/caller.js";
import { Session } from "../../http/policy.js";
import { Returns, ReturnsNothing } from "../../http/returns.js";
import { RunNoticesQueries } from "./run-notices.queries.js";
import { RunNoticesService } from "./run-notices.service.js";

@Session()
@Controller("api/v1/notices")
export class RunNoticesController {
  constructor(
    @Inject(RunNoticesQueries) private readonly queries: RunNoticesQueries,
    @Inject(RunNoticesService) private readonly service: RunNoticesService,
  ) {}

  @Get()
  @Returns(pageSchema(runNoticeSchema, "RunNoticePage"))
  list(
    @CallerOf() caller: UserCaller,
    @Query({ schema: runNoticeListQuerySchema }) query: RunNoticeListQuery,
  ) {
    return this.queries.listNotices(caller, query);
  }

  @Post("dismiss")
  @ReturnsNothing()
  dismissAll(
    @CallerOf() caller: UserCaller,
    @Body({ schema: runNoticesDismissSchema }) body: RunNoticesDismiss,
  ) {
    return this.service.dismissNotices(caller, body);
  }

  @Post(":id/:kind/dismiss")
  @ReturnsNothing()
  dismiss(
    @CallerOf() caller: UserCaller,
    @Param("id", { schema: idSchema }) id: string,
    @Param("kind", { schema: runNoticeKindSchema }) kind: RunNotice["kind"],
  ) {
    return this.service.dismissNotice(caller, id, kind);
  }
}
