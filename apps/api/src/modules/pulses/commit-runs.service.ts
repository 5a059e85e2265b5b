import { Inject, Injectable } from "@nestjs/common";
import type { CommitParams } from "@pulsekeep/contracts/worker-protocol";
import { schema, type Transaction } from "@pulsekeep/database";
import { eq } from "drizzle-orm";
import { newId } from "../../platform/ids.js";
import { enqueue } from "../../platform/outbox.js";
import { ensureLane, insertQueuedRun } from "./queue-run.js";
import { RunRules } from "./run-rules.js";

const { runs } = schema;

/** Runs that ask for one commit, of no pulse. */
@Injectable()
export class CommitRunsService {
  constructor(@Inject(RunRules) private readonly rules: RunRules) {}

  /** Queues a commit behind the others of its repository and branch. Returns the run's id. */
  async queueCommit(
    tx: Transaction,
    { id: workerId, workspaceId }: { id: string; workspaceId: string },
    { name, params }: { name: string; params: CommitParams },
  ): Promise<string> {
    const target = `${params.owner}/${params.repo}#${params.branch}`;
    const laneId = await ensureLane(tx, { id: workerId, workspaceId, target });
    const runId = newId();
    const place = { workspaceId, workerId, pulseId: null, laneId };
    await insertQueuedRun(tx, { ...place, runId, kind: "commit", slot: `${name}:${runId}` }, this.rules);
    await tx.update(runs).set({ params }).where(eq(runs.id, runId));
    await enqueue(tx, { topic: "runs.queued", key: workerId, body: { workerId } });
    return runId;
  }
}
