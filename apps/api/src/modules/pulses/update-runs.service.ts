import { Inject, Injectable } from "@nestjs/common";
import type { UpdateParams } from "@pulsekeep/contracts/worker-protocol";
import { schema, type Transaction } from "@pulsekeep/database";
import { and, eq } from "drizzle-orm";
import { newId } from "../../platform/ids.js";
import { enqueue } from "../../platform/outbox.js";
import { ensureLane, insertQueuedRun } from "./queue-run.js";
import { RunRules } from "./run-rules.js";

const { runs } = schema;

/** Runs that hand a worker a release of itself. */
@Injectable()
export class UpdateRunsService {
  constructor(@Inject(RunRules) private readonly rules: RunRules) {}

  /**
   * Queues the update of a worker to a release, once for each; the caller holds the worker's row. False when it was
   * queued before, whatever became of it: a worker that refused a release will refuse it again.
   */
  async queueUpdate(
    tx: Transaction,
    worker: { id: string; workspaceId: string },
    release: { name: string; params: UpdateParams },
  ): Promise<boolean> {
    const laneId = await ensureLane(tx, { ...worker, target: "update" });
    const slot = `update:${release.name}`;
    const [before] = await tx
      .select({ id: runs.id })
      .from(runs)
      .where(and(eq(runs.laneId, laneId), eq(runs.kind, "update"), eq(runs.slot, slot)))
      .limit(1);
    if (before) return false;
    const runId = newId();
    const { id: workerId, workspaceId } = worker;
    await insertQueuedRun(
      tx,
      { runId, workspaceId, workerId, pulseId: null, laneId, kind: "update", slot },
      this.rules,
    );
    await tx.update(runs).set({ params: release.params }).where(eq(runs.id, runId));
    await enqueue(tx, { topic: "runs.queued", key: workerId, body: { workerId } });
    return true;
  }
}
