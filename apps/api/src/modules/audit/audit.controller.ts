import { Controller, Get, Header, Inject, Param, Query } from "@nestjs/common";
import {
  type AuditExportQuery,
  auditExportQuerySchema,
  auditExportSchema,
  type AuditQuery,
  auditProofSchema,
  auditQuerySchema,
} from "@pulsekeep/contracts/api/audit";
import { auditEntrySchema } from "@pulsekeep/contracts/api/identity";
import { idSchema, pageSchema } from "@pulsekeep/contracts/api/shared";
import { CallerOf, type UserCaller } from "../../http/caller.js";
import { Session } from "../../http/policy.js";
import { Returns } from "../../http/returns.js";
import { AuditExportQueries } from "./audit-export.queries.js";
import { AuditQueries } from "./audit.queries.js";
import { LogQueries } from "./log.queries.js";

@Session()
@Controller("api/v1/audit")
export class AuditController {
  constructor(
    @Inject(AuditQueries) private readonly queries: AuditQueries,
    @Inject(LogQueries) private readonly log: LogQueries,
    @Inject(AuditExportQueries) private readonly exports: AuditExportQueries,
  ) {}

  @Get()
  @Returns(pageSchema(auditEntrySchema, "AuditPage"))
  list(@CallerOf() caller: UserCaller, @Query({ schema: auditQuerySchema }) query: AuditQuery) {
    return this.queries.listEntries(caller, query);
  }

  /** As a file: for a browser's own download. */
  @Get("export")
  @Returns(auditExportSchema)
  @Header("content-disposition", 'attachment; filename="audit-export.json"')
  getExport(
    @CallerOf() caller: UserCaller,
    @Query({ schema: auditExportQuerySchema }) query: AuditExportQuery,
  ) {
    return this.exports.getExport(caller, query);
  }

  @Get(":id/proof")
  @Returns(auditProofSchema)
  getProof(@CallerOf() caller: UserCaller, @Param("id", { schema: idSchema }) id: string) {
    return this.log.getProof(caller, id);
  }
}
