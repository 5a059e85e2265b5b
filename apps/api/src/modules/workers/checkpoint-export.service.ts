import { Inject, Injectable } from "@nestjs/common";
import { schema, type Transaction } from "@pulsekeep/database";
import { DATA_FOLDER } from "@pulsekeep/worker";
import type { CommitParams } from "@pulsekeep/contracts/worker-protocol";
import { and, eq, gte, isNotNull, isNull, like, lt, ne, or } from "drizzle-orm";
import { ENV, type Env } from "../../env.js";
import { AppError } from "../../http/app-error.js";
import type { UserCaller } from "../../http/caller.js";
import { Databases } from "../../platform/database.js";
import { LOGGER, type Logger } from "../../platform/logger.js";
import { enqueue, notice } from "../../platform/outbox.js";
import { AuditExportQueries } from "../audit/audit-export.queries.js";
import { actorOf, AuditService } from "../audit/audit.service.js";
import { LogQueries } from "../audit/log.queries.js";
import { CommitRunsService } from "../pulses/commit-runs.service.js";
import { fitInto } from "./fit-audit-export.js";
import type { GateWorker } from "./known-worker.js";

const { runs, workers } = schema;
/** One commit a day holds a log to its word; a little less than a day, so that an hourly check-in keeps its hour. */
const EVERY_MS = 23.5 * 3_600_000;
const CHECKPOINT_FILE = `${DATA_FOLDER}/audit-checkpoint.txt`;
/** Less than a commit's content may have. */
const MAX_CHARS = 16_000;
/** More than fits into a file. */
const MAX_ENTRIES = 40;
/** A day's files at most; what is left goes the next day. Each is a commit, of the 24 that a day may have. */
const MAX_FILES = 4;
const SLOT = "audit-export";

/**
 * Whether a worker keeps the audit log in its own repository: the newest checkpoint, with which no later log can be
 * made to disagree unseen, and its user's own entries with their proofs. They are ordinary runs: the user's
 * allow.json decides over them.
 */
@Injectable()
export class CheckpointExportService {
  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(AuditService) private readonly audit: AuditService,
    @Inject(LogQueries) private readonly log: LogQueries,
    @Inject(AuditExportQueries) private readonly entries: AuditExportQueries,
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
      // The first one goes with the next check-in, however long ago the last was, and entries from the first on.
      await tx
        .update(workers)
        .set({ exportsCheckpoints: enabled, checkpointExportedAt: null, auditExportedBelow: 0 })
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

  /** Gives a worker that checks in the newest checkpoint and what is new of its user's to commit, once a day. A handshake never fails for it. */
  async queueIfDue(worker: GateWorker, now: Date): Promise<void> {
    const { exportsCheckpoints, checkpointExportedAt: last } = worker;
    if (!exportsCheckpoints || (last !== null && now.getTime() - last.getTime() < EVERY_MS)) return;
    try {
      const { rows } = await this.log.listCheckpoints({ limit: 1 });
      const note = rows[0]?.note;
      if (note !== undefined)
        await this.databases.inTenant(worker, (tx) => this.queue(tx, { worker, note, now, last }));
    } catch (error) {
      this.logger.warn({ err: error, workerId: worker.id }, "a checkpoint was not given to its worker");
    }
  }

  private async queue(
    tx: Transaction,
    { worker, note, now, last }: { worker: GateWorker; note: string; now: Date; last: Date | null },
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
      .returning({
        repository: workers.repositoryFullName,
        branch: workers.defaultBranch,
        below: workers.auditExportedBelow,
      });
    const [owner, repo] = taken?.repository?.split("/") ?? [];
    if (!taken || owner === undefined || repo === undefined) return;
    const commit = (name: string, what: Pick<CommitParams, "path" | "content" | "message">) =>
      this.commits.queueCommit(tx, worker, {
        name,
        params: {
          ...what,
          owner,
          repo,
          branch: taken.branch ?? "main",
          mode: "replace",
          // Nobody's contribution: it is not for a streak.
          author: { name: "PulseKeep", email: `noreply@${new URL(this.env.PULSEKEEP_PUBLIC_URL).hostname}` },
          authoredAt: now.toISOString(),
          timeZone: "UTC",
        },
      });
    await commit("checkpoint", {
      path: CHECKPOINT_FILE,
      content: note,
      message: "Keep the audit log's checkpoint",
    });
    let from = Math.min(taken.below, (await findFailedExport(tx, worker, last)) ?? taken.below);
    for (let files = 0; files < MAX_FILES; files++) {
      const exported = await this.entries.findExport(tx, { from, limit: MAX_ENTRIES });
      const file = exported && fitInto(exported, MAX_CHARS);
      if (file === undefined) break;
      await commit(`${SLOT}:${file.first}`, {
        path: `${DATA_FOLDER}/audit/${String(file.first).padStart(9, "0")}.json`,
        content: file.content,
        message: `Keep ${file.count} ${file.count === 1 ? "entry" : "entries"} of the audit log`,
      });
      from = file.last + 1;
    }
    await tx.update(workers).set({ auditExportedBelow: from }).where(eq(workers.id, worker.id));
  }
}

/** The first leaf of those files of the last time that did not get into the repository: they are made again. */
async function findFailedExport(
  tx: Transaction,
  { id, workspaceId }: GateWorker,
  last: Date | null,
): Promise<number | undefined> {
  if (last === null) return undefined;
  const failed = await tx
    .select({ slot: runs.slot })
    .from(runs)
    .where(
      and(
        eq(runs.workspaceId, workspaceId),
        eq(runs.workerId, id),
        // Its clock is the database's, `last` is this process's.
        gte(runs.plannedAt, new Date(last.getTime() - 3_600_000)),
        like(runs.slot, `${SLOT}:%`),
        isNotNull(runs.endedAt),
        ne(runs.state, "succeeded"),
      ),
    );
  const firsts = failed.map(({ slot }) => Number(slot.split(":")[1]));
  return firsts.length === 0 ? undefined : Math.min(...firsts);
}
