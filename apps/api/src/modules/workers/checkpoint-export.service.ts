import { Inject, Injectable } from "@nestjs/common";
import { schema, type Transaction } from "@pulsekeep/database";
import { DATA_FOLDER } from "@pulsekeep/worker";
import { and, eq, isNull, lt, ne, or } from "drizzle-orm";
import { ENV, type Env } from "../../env.js";
import { AppError } from "../../http/app-error.js";
import type { UserCaller } from "../../http/caller.js";
import { Databases } from "../../platform/database.js";
import { LOGGER, type Logger } from "../../platform/logger.js";
import { enqueue, notice } from "../../platform/outbox.js";
import { actorOf, AuditService } from "../audit/audit.service.js";
import { LogQueries } from "../audit/log.queries.js";
import { CommitRunsService } from "../pulses/commit-runs.service.js";
import type { GateWorker } from "./known-worker.js";

const { workers } = schema;
/** One commit a day holds a log to its word; a little less than a day, so that an hourly check-in keeps its hour. */
const EVERY_MS = 23.5 * 3_600_000;
const FILE = `${DATA_FOLDER}/audit-checkpoint.txt`;

/**
 * Whether a worker keeps the audit log's checkpoints in its own repository: a copy that its user has, and that no
 * later log can be made to disagree with unseen. It is an ordinary run: the user's allow.json decides over it.
 */
@Injectable()
export class CheckpointExportService {
  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(AuditService) private readonly audit: AuditService,
    @Inject(LogQueries) private readonly log: LogQueries,
    @Inject(CommitRunsService) private readonly commits: CommitRunsService,
    @Inject(ENV) private readonly env: Env,
    @Inject(LOGGER) private readonly logger: Logger,
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

  /** Gives a worker that checks in the newest checkpoint to commit, once a day. A handshake never fails for it. */
  async queueIfDue(worker: GateWorker, now: Date): Promise<void> {
    const { exportsCheckpoints, checkpointExportedAt: last } = worker;
    if (!exportsCheckpoints || (last !== null && now.getTime() - last.getTime() < EVERY_MS)) return;
    try {
      const { rows } = await this.log.listCheckpoints({ limit: 1 });
      const note = rows[0]?.note;
      if (note !== undefined)
        await this.databases.inTenant(worker, (tx) => this.queue(tx, { worker, note, now }));
    } catch (error) {
      this.logger.warn({ err: error, workerId: worker.id }, "a checkpoint was not given to its worker");
    }
  }

  private async queue(
    tx: Transaction,
    { worker, note, now }: { worker: GateWorker; note: string; now: Date },
  ): Promise<void> {
    const isDue = or(
      isNull(workers.checkpointExportedAt),
      lt(workers.checkpointExportedAt, new Date(now.getTime() - EVERY_MS)),
    );
    // Of two handshakes at once one takes it.
    const [taken] = await tx
      .update(workers)
      .set({ checkpointExportedAt: now })
      .where(and(eq(workers.id, worker.id), eq(workers.exportsCheckpoints, true), isDue))
      .returning({ repository: workers.repositoryFullName, branch: workers.defaultBranch });
    const [owner, repo] = taken?.repository?.split("/") ?? [];
    if (owner === undefined || repo === undefined) return;
    await this.commits.queueCommit(tx, worker, {
      name: "checkpoint",
      params: {
        owner,
        repo,
        branch: taken?.branch ?? "main",
        path: FILE,
        mode: "replace",
        content: note,
        message: "Keep the audit log's checkpoint",
        // Nobody's contribution: it is not for a streak.
        author: { name: "PulseKeep", email: `noreply@${new URL(this.env.PULSEKEEP_PUBLIC_URL).hostname}` },
        authoredAt: now.toISOString(),
        timeZone: "UTC",
      },
    });
  }
}
