import { Inject, Injectable } from "@nestjs/common";
import type { CommitParams } from "@pulsekeep/contracts/worker-protocol";
import { schema, type Transaction } from "@pulsekeep/database";
import { eq } from "drizzle-orm";
import { newId } from "../../platform/ids.js";
import { enqueue } from "../../platform/outbox.js";
import { laneOf } from "./lane-of.js";
import { insertQueuedRun } from "./queue-run.js";
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
    const place = {
      kind: "commit",
      repository: `${params.owner}/${params.repo}`,
      branch: params.branch,
    } as const;
    const laneId = await laneOf(tx, { id: workerId, workspaceId }, place);
    const runId = newId();
    const run = { runId, workspaceId, workerId, pulseId: null, laneId, kind: "commit" } as const;
    await insertQueuedRun(tx, { ...run, slot: `${name}:${runId}` }, this.rules);
    await tx.update(runs).set({ params }).where(eq(runs.id, runId));
    await enqueue(tx, { topic: "runs.queued", key: workerId, body: { workerId } });
    return runId;
  }
}
