import { Controller, Get, Inject, Query } from "@nestjs/common";
import { auditEntrySchema } from "@pulsekeep/contracts/api/identity";
import { type PageQuery, pageQuerySchema, pageSchema } from "@pulsekeep/contracts/api/shared";
import { CallerOf, type UserCaller } from "../../http/caller.js";
import { Session } from "../../http/policy.js";
import { Returns } from "../../http/returns.js";
import { AuditQueries } from "./audit.queries.js";

@Session()
@Controller("api/v1/audit")
export class AuditController {
  constructor(@Inject(AuditQueries) private readonly queries: AuditQueries) {}

  @Get()
  @Returns(pageSchema(auditEntrySchema, "AuditPage"))
  list(@CallerOf() caller: UserCaller, @Query({ schema: pageQuerySchema }) query: PageQuery) {
    return this.queries.listEntries(caller, query);
  }
}
