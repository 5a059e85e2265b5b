import { Controller, Get, Inject, Param, Query } from "@nestjs/common";
import { idSchema, type PageQuery, pageQuerySchema, pageSchema } from "@pulsekeep/contracts/api/shared";
import { workerSchema } from "@pulsekeep/contracts/api/workers";
import { CallerOf, type UserCaller } from "../../http/caller.js";
import { Session } from "../../http/policy.js";
import { Returns } from "../../http/returns.js";
import { WorkersQueries } from "./workers.queries.js";

@Session()
@Controller("api/v1/workers")
export class WorkersController {
  constructor(@Inject(WorkersQueries) private readonly queries: WorkersQueries) {}

  @Get()
  @Returns(pageSchema(workerSchema, "WorkerPage"))
  list(@CallerOf() caller: UserCaller, @Query({ schema: pageQuerySchema }) query: PageQuery) {
    return this.queries.listWorkers(caller, query);
  }

  @Get(":id")
  @Returns(workerSchema)
  get(@CallerOf() caller: UserCaller, @Param("id", { schema: idSchema }) id: string) {
    return this.queries.getWorker(caller, id);
  }
}
