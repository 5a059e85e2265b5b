import { Controller, Get, Inject, Query } from "@nestjs/common";
import {
  auditCheckpointSchema,
  auditConsistencySchema,
  auditHealthSchema,
  auditKeysSchema,
  auditLeavesSchema,
  type CheckpointQuery,
  checkpointQuerySchema,
  type ConsistencyQuery,
  consistencyQuerySchema,
  type LeavesQuery,
  leavesQuerySchema,
} from "@pulsekeep/contracts/api/audit";
import { pageSchema } from "@pulsekeep/contracts/api/shared";
import { Admin, Public } from "../../http/policy.js";
import { RateLimit } from "../../http/rate-limit/rate-limit.js";
import { Returns } from "../../http/returns.js";
import { LogHealthQueries } from "./log-health.queries.js";
import { LogQueries } from "./log.queries.js";

/** What anybody may check of the log, and what an administrator sees of it. */
@RateLimit({ name: "audit_log", limit: 300, windowSeconds: 60 })
@Controller("api/v1")
export class AuditLogController {
  constructor(
    @Inject(LogQueries) private readonly log: LogQueries,
    @Inject(LogHealthQueries) private readonly health: LogHealthQueries,
  ) {}

  @Public()
  @Get("audit/checkpoints")
  @Returns(pageSchema(auditCheckpointSchema, "AuditCheckpointPage"))
  listCheckpoints(@Query({ schema: checkpointQuerySchema }) query: CheckpointQuery) {
    return this.log.listCheckpoints(query);
  }

  @Public()
  @Get("audit/consistency")
  @Returns(auditConsistencySchema)
  getConsistency(@Query({ schema: consistencyQuerySchema }) query: ConsistencyQuery) {
    return this.log.getConsistency(query);
  }

  @Public()
  @Get("audit/leaves")
  @Returns(auditLeavesSchema)
  listLeaves(@Query({ schema: leavesQuerySchema }) query: LeavesQuery) {
    return this.log.listLeaves(query);
  }

  @Public()
  @Get("audit/keys")
  @Returns(auditKeysSchema)
  getKeys() {
    return this.log.getKeys();
  }

  @Admin()
  @Get("admin/audit")
  @Returns(auditHealthSchema)
  getHealth() {
    return this.health.getHealth();
  }
}
