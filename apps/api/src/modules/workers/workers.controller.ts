import { Body, Controller, Get, Inject, Param, Post, Query } from "@nestjs/common";
import { idSchema, type PageQuery, pageQuerySchema, pageSchema } from "@pulsekeep/contracts/api/shared";
import {
  workerFilesQuerySchema,
  workerFilesSchema,
  workerNoticesSchema,
  type WorkerRemoval,
  workerRemovalSchema,
  workerSchema,
} from "@pulsekeep/contracts/api/workers";
import type { z } from "zod";
import { ENV, type Env } from "../../env.js";
import { CallerOf, type UserCaller } from "../../http/caller.js";
import { Session } from "../../http/policy.js";
import { Returns, ReturnsNothing } from "../../http/returns.js";
import { RemovalsService } from "./removals.service.js";
import { renderWorkerFiles } from "./render-worker-files.js";
import { SilencesService } from "./silences.service.js";
import { WorkerNoticesService } from "./worker-notices.service.js";
import { WorkersQueries } from "./workers.queries.js";

@Session()
@Controller("api/v1/workers")
export class WorkersController {
  constructor(
    @Inject(WorkersQueries) private readonly queries: WorkersQueries,
    @Inject(RemovalsService) private readonly removals: RemovalsService,
    @Inject(WorkerNoticesService) private readonly notices: WorkerNoticesService,
    @Inject(SilencesService) private readonly silences: SilencesService,
    @Inject(ENV) private readonly env: Env,
  ) {}

  @Get()
  @Returns(pageSchema(workerSchema, "WorkerPage"))
  list(@CallerOf() caller: UserCaller, @Query({ schema: pageQuerySchema }) query: PageQuery) {
    return this.queries.listWorkers(caller, query);
  }

  /** Roots that expire soon or have expired, and workers that stay away. */
  @Get("notices")
  @Returns(workerNoticesSchema)
  async listNotices(@CallerOf() caller: UserCaller) {
    const [rows, silences] = await Promise.all([
      this.notices.listNotices(caller),
      this.silences.listSilences(caller),
    ]);
    return { rows, silences };
  }

  /** What belongs into a worker's repository, for who puts it there with their own hands. */
  @Get("file-set")
  @Returns(workerFilesSchema)
  files(@Query({ schema: workerFilesQuerySchema }) query: z.infer<typeof workerFilesQuerySchema>) {
    return renderWorkerFiles({ ...query, serverUrl: this.env.PULSEKEEP_PUBLIC_URL });
  }

  @Get(":id")
  @Returns(workerSchema)
  get(@CallerOf() caller: UserCaller, @Param("id", { schema: idSchema }) id: string) {
    return this.queries.getWorker(caller, id);
  }

  @Post(":id/notices/dismissal")
  @ReturnsNothing()
  dismissNotices(@CallerOf() caller: UserCaller, @Param("id", { schema: idSchema }) id: string) {
    return this.notices.dismissNotices(caller, id);
  }

  @Post(":id/silence/dismissal")
  @ReturnsNothing()
  dismissSilence(@CallerOf() caller: UserCaller, @Param("id", { schema: idSchema }) id: string) {
    return this.silences.dismissSilence(caller, id);
  }

  @Post(":id/removal")
  @Returns(workerSchema)
  async remove(
    @CallerOf() caller: UserCaller,
    @Param("id", { schema: idSchema }) id: string,
    @Body({ schema: workerRemovalSchema }) { confirmation }: WorkerRemoval,
  ) {
    await this.removals.removeWorker(caller, id, confirmation);
    return this.queries.getWorker(caller, id);
  }
}
