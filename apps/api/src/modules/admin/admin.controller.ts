import { Controller, Get, Inject, Param, Post, Query } from "@nestjs/common";
import { deadLetterSchema, systemSchema } from "@pulsekeep/contracts/api/admin";
import { type PageQuery, pageQuerySchema, pageSchema } from "@pulsekeep/contracts/api/shared";
import { z } from "zod";
import { CallerOf, type UserCaller } from "../../http/caller.js";
import { Admin } from "../../http/policy.js";
import { Returns, ReturnsNothing } from "../../http/returns.js";
import { DeadLettersService } from "./dead-letters.service.js";
import { SystemQueries } from "./system.queries.js";

/** A stream, or a dead letter in it: an unknown one is not found, whatever it looks like. */
const nameSchema = z.string().max(100);

@Admin()
@Controller("api/v1/admin")
export class AdminController {
  constructor(
    @Inject(SystemQueries) private readonly system: SystemQueries,
    @Inject(DeadLettersService) private readonly deadLetters: DeadLettersService,
  ) {}

  @Get("system")
  @Returns(systemSchema)
  getSystem() {
    return this.system.getSystem();
  }

  @Get("dead-letters/:stream")
  @Returns(pageSchema(deadLetterSchema, "DeadLetterPage"))
  listDeadLetters(
    @Param("stream", { schema: nameSchema }) stream: string,
    @Query({ schema: pageQuerySchema }) query: PageQuery,
  ) {
    return this.deadLetters.listOf(stream, query);
  }

  @Post("dead-letters/:stream/:id/replay")
  @ReturnsNothing()
  replayDeadLetter(
    @CallerOf() caller: UserCaller,
    @Param("stream", { schema: nameSchema }) stream: string,
    @Param("id", { schema: nameSchema }) id: string,
  ) {
    return this.deadLetters.replay(caller, stream, id);
  }
}
