import { Body, Controller, Delete, Get, Inject, Param, Patch, Post, Query } from "@nestjs/common";
import {
  type PulseCreate,
  type PulsePreviewRequest,
  type PulseUpdate,
  pulseCreateSchema,
  pulsePreviewRequestSchema,
  pulsePreviewSchema,
  pulseSchema,
  pulseUpdateSchema,
  type RunListQuery,
  runListQuerySchema,
  runSchema,
} from "@pulsekeep/contracts/api/pulses";
import { idSchema, type PageQuery, pageQuerySchema, pageSchema } from "@pulsekeep/contracts/api/shared";
import { CallerOf, type UserCaller } from "../../http/caller.js";
import { Session } from "../../http/policy.js";
import { RateLimit } from "../../http/rate-limit/rate-limit.js";
import { Returns, ReturnsNothing } from "../../http/returns.js";
import { PulsesQueries } from "./pulses.queries.js";
import { PulsesService } from "./pulses.service.js";

@Session()
@Controller("api/v1/pulses")
export class PulsesController {
  constructor(
    @Inject(PulsesService) private readonly service: PulsesService,
    @Inject(PulsesQueries) private readonly queries: PulsesQueries,
  ) {}

  @Get()
  @Returns(pageSchema(pulseSchema, "PulsePage"))
  list(@CallerOf() caller: UserCaller, @Query({ schema: pageQuerySchema }) query: PageQuery) {
    return this.queries.listPulses(caller, query);
  }

  @Post()
  @Returns(pulseSchema, 201)
  async create(@CallerOf() caller: UserCaller, @Body({ schema: pulseCreateSchema }) body: PulseCreate) {
    return this.queries.getPulse(caller, await this.service.createPulse(caller, body));
  }

  @Post("preview")
  @RateLimit({ name: "pulse_preview", limit: 240, windowSeconds: 60 })
  @Returns(pulsePreviewSchema)
  preview(@Body({ schema: pulsePreviewRequestSchema }) body: PulsePreviewRequest) {
    return this.service.previewPulse(body);
  }

  @Get(":id")
  @Returns(pulseSchema)
  get(@CallerOf() caller: UserCaller, @Param("id", { schema: idSchema }) id: string) {
    return this.queries.getPulse(caller, id);
  }

  @Patch(":id")
  @Returns(pulseSchema)
  async update(
    @CallerOf() caller: UserCaller,
    @Param("id", { schema: idSchema }) id: string,
    @Body({ schema: pulseUpdateSchema }) body: PulseUpdate,
  ) {
    await this.service.updatePulse(caller, id, body);
    return this.queries.getPulse(caller, id);
  }

  @Delete(":id")
  @ReturnsNothing()
  delete(@CallerOf() caller: UserCaller, @Param("id", { schema: idSchema }) id: string) {
    return this.service.deletePulse(caller, id);
  }

  @Post(":id/run")
  @RateLimit({ name: "run_now", limit: 240, windowSeconds: 60 })
  @Returns(runSchema, 201)
  async runNow(@CallerOf() caller: UserCaller, @Param("id", { schema: idSchema }) id: string) {
    return this.queries.getRun(caller, await this.service.runNow(caller, id));
  }
}

@Session()
@Controller("api/v1/runs")
export class RunsController {
  constructor(
    @Inject(PulsesService) private readonly service: PulsesService,
    @Inject(PulsesQueries) private readonly queries: PulsesQueries,
  ) {}

  @Get()
  @Returns(pageSchema(runSchema, "RunPage"))
  list(@CallerOf() caller: UserCaller, @Query({ schema: runListQuerySchema }) query: RunListQuery) {
    return this.queries.listRuns(caller, query);
  }

  @Get(":id")
  @Returns(runSchema)
  get(@CallerOf() caller: UserCaller, @Param("id", { schema: idSchema }) id: string) {
    return this.queries.getRun(caller, id);
  }

  @Post(":id/cancel")
  @Returns(runSchema)
  async cancel(@CallerOf() caller: UserCaller, @Param("id", { schema: idSchema }) id: string) {
    await this.service.cancelRun(caller, id);
    return this.queries.getRun(caller, id);
  }
}
