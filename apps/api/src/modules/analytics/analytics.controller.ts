import { Controller, Get, Inject, Query } from "@nestjs/common";
import {
  type DoraQuery,
  doraQuerySchema,
  doraSchema,
  type LifecycleQuery,
  lifecycleQuerySchema,
  lifecycleSchema,
} from "@pulsekeep/contracts/api/analytics";
import { CallerOf, type UserCaller } from "../../http/caller.js";
import { Admin, Session } from "../../http/policy.js";
import { RateLimit } from "../../http/rate-limit/rate-limit.js";
import { Returns } from "../../http/returns.js";
import { Clock } from "../../platform/clock.js";
import { DoraQueries } from "./dora.queries.js";
import { LifecycleQueries } from "./lifecycle.queries.js";

@Controller()
@RateLimit({ name: "analytics", limit: 120, windowSeconds: 60 })
export class AnalyticsController {
  constructor(
    @Inject(DoraQueries) private readonly dora: DoraQueries,
    @Inject(LifecycleQueries) private readonly lifecycle: LifecycleQueries,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  @Get("api/v1/analytics/dora")
  @Session()
  @Returns(doraSchema)
  getDora(@CallerOf() caller: UserCaller, @Query({ schema: doraQuerySchema }) query: DoraQuery) {
    return this.dora.getDora(caller, query, this.clock.now());
  }

  @Get("analytics/kpi/lifecycle")
  @Admin()
  @Returns(lifecycleSchema)
  getLifecycle(@Query({ schema: lifecycleQuerySchema }) { window_days: days }: LifecycleQuery) {
    return this.lifecycle.getKpis(days, this.clock.now());
  }
}
