import { Inject, Injectable } from "@nestjs/common";
import { schema } from "@pulsekeep/database";
import { and, eq, ne } from "drizzle-orm";
import { AppError } from "../../http/app-error.js";
import type { UserCaller } from "../../http/caller.js";
import { Databases } from "../../platform/database.js";
import { enqueue, notice } from "../../platform/outbox.js";
import { actorOf, AuditService } from "../audit/audit.service.js";

const { workers } = schema;

/**
 * Whether a worker keeps the audit log's checkpoints in its own repository: a copy that its user has, and that no
 * later log can be made to disagree with unseen.
 */
@Injectable()
export class CheckpointExportService {
  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(AuditService) private readonly audit: AuditService,
  ) {}

  /** @throws AppError `not_found` */
  async setExport(caller: UserCaller, workerId: string, enabled: boolean): Promise<void> {
    await this.databases.inTenant(caller, async (tx) => {
      const [worker] = await tx
        .select({ exports: workers.exportsCheckpoints })
        .from(workers)
        .where(and(eq(workers.id, workerId), ne(workers.state, "removed")))
        .for("update");
      if (!worker) throw new AppError("not_found");
      if (worker.exports === enabled) return;
      // The first one goes with the next check-in, however long ago the last was.
      await tx
        .update(workers)
        .set({ exportsCheckpoints: enabled, checkpointExportedAt: null })
        .where(eq(workers.id, workerId));
      await this.audit.record(tx, {
        workspaceId: caller.workspaceId,
        action: enabled ? "worker.checkpoints_exported" : "worker.checkpoints_kept_here",
        actor: actorOf(caller),
        subject: { kind: "worker", id: workerId },
      });
      await enqueue(tx, notice(caller.workspaceId, "worker.changed", workerId));
    });
  }
}
