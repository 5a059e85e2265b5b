import { Inject, Injectable } from "@nestjs/common";
import type {
  PulseAction,
  ReleaseRequest,
  ReportRequest,
  RunOutcome,
} from "@pulsekeep/contracts/worker-protocol";
import { schema, type Transaction } from "@pulsekeep/database";
import { and, eq, inArray, sql } from "drizzle-orm";
import { AppError } from "../../http/app-error.js";
import { Databases } from "../../platform/database.js";
import { newSecret } from "../../platform/ids.js";
import { enqueue, notice } from "../../platform/outbox.js";
import type { RunRow } from "./pulse-view.js";
import { LEASE_SECONDS, SIGNAL_SECONDS } from "./run-rules.js";
import { ended, isUndecided, settleRun } from "./settle-run.js";
import { writeAction } from "./write-action.js";

const { runs } = schema;

export type ClaimingWorker = { workerId: string; workspaceId: string };

/** A claimed run and what its signal has to say. The caller signs it: keys are not this module's. */
export type Claimed = {
  runId: string;
  fence: number;
  seq: number;
  leaseExpiresAt: Date;
  signalId: string;
  notBefore: Date;
  expiresAt: Date;
  action: PulseAction;
};

export type Reported = { run: RunRow; ended: boolean };

/** Called in the transaction that ends a run, so that what follows from it commits with it. */
export type OnEnd = (tx: Transaction, run: RunRow, result: RunOutcome) => Promise<void>;

/** Leases of runs: a worker claims what is offered, reports how it ended, or gives it back. */
@Injectable()
export class ClaimsService {
  constructor(@Inject(Databases) private readonly databases: Databases) {}

  /**
   * Claims offered runs of this worker, oldest first. Repeating a `claimId` gives the same runs again, with
   * fresh signal ids: a worker that lost the answer loses nothing.
   */
  async claimRuns(worker: ClaimingWorker, request: { claimId: string; max: number }): Promise<Claimed[]> {
    return this.databases.inTenant(worker, async (tx) => {
      const again = await leaseAgain(tx, worker, request.claimId);
      const leased = again.length > 0 ? again : await leaseOffered(tx, worker, request);
      const claimed: Claimed[] = [];
      for (const run of leased) claimed.push(...(await toClaimed(tx, run)));
      await enqueue(tx, ...leased.map((run) => notice(run.workspaceId, "run.changed", run.id, run.pulseId)));
      return claimed;
    });
  }

  /**
   * Records how a run ended. The same report again gives the same answer; one with an old fence is refused.
   *
   * @throws AppError `run_not_found`, `stale_claim`
   */
  async recordReport(worker: ClaimingWorker, report: ReportRequest, onEnd: OnEnd): Promise<Reported> {
    return this.databases.inTenant(worker, async (tx) => {
      const run = await lockRun(tx, worker, report.runId);
      if (run.fence !== report.fence) throw new AppError("stale_claim");
      if (run.endedAt !== null && !isUndecided(run)) return { run, ended: true };
      const changed = await settleRun(tx, run, report);
      const ended = changed.endedAt !== null;
      if (ended) await onEnd(tx, changed, report.result);
      await enqueue(
        tx,
        { topic: "lanes.freed", key: run.laneId, body: { laneId: run.laneId } },
        notice(run.workspaceId, "run.changed", run.id, run.pulseId),
      );
      return { run: changed, ended };
    });
  }

  /** Gives claimed runs back, to be offered again at once; returns the ids of those that were given back. */
  async releaseRuns(worker: ClaimingWorker, request: ReleaseRequest): Promise<string[]> {
    return this.databases.inTenant(worker, async (tx) => {
      const released: RunRow[] = [];
      for (const { runId, fence } of request.runs)
        released.push(
          ...(await tx
            .update(runs)
            .set({ state: "queued", leaseExpiresAt: null, nextActionAt: sql`clock_timestamp()` })
            .where(
              and(
                eq(runs.id, runId),
                eq(runs.workerId, worker.workerId),
                eq(runs.fence, fence),
                eq(runs.state, "claimed"),
              ),
            )
            .returning()),
        );
      await enqueue(
        tx,
        ...released.map(({ laneId }) => ({ topic: "lanes.freed" as const, key: laneId, body: { laneId } })),
      );
      return released.map(({ id }) => id);
    });
  }

  /** Whether a claim would find something: the question of a worker that waits. */
  async hasOffered(worker: ClaimingWorker): Promise<boolean> {
    const found = await this.databases.inTenant(worker, (tx) =>
      tx
        .select({ id: runs.id })
        .from(runs)
        .where(and(eq(runs.workerId, worker.workerId), eq(runs.state, "offered")))
        .limit(1),
    );
    return found.length > 0;
  }
}

async function leaseAgain(tx: Transaction, worker: ClaimingWorker, claimId: string): Promise<RunRow[]> {
  return tx
    .update(runs)
    .set(lease())
    .where(and(eq(runs.workerId, worker.workerId), eq(runs.claimId, claimId), eq(runs.state, "claimed")))
    .returning();
}

async function leaseOffered(
  tx: Transaction,
  worker: ClaimingWorker,
  { claimId, max }: { claimId: string; max: number },
): Promise<RunRow[]> {
  // A statement of its own: as a subquery of the update it could be run again, and lock more than `max`.
  const heads = await tx
    .select({ id: runs.id })
    .from(runs)
    .where(and(eq(runs.workerId, worker.workerId), eq(runs.state, "offered")))
    .orderBy(runs.plannedAt, runs.id)
    .limit(max)
    .for("update", { skipLocked: true });
  if (heads.length === 0) return [];
  const leased = await tx
    .update(runs)
    .set({
      ...lease(),
      state: "claimed",
      claimId,
      claimedAt: sql`clock_timestamp()`,
      fence: sql`${runs.fence} + 1`,
      attempts: sql`${runs.attempts} + 1`,
    })
    .where(
      and(
        inArray(
          runs.id,
          heads.map(({ id }) => id),
        ),
        eq(runs.state, "offered"),
      ),
    )
    .returning();
  return leased.sort((a, b) => a.plannedAt.getTime() - b.plannedAt.getTime() || (a.id < b.id ? -1 : 1));
}

/** A lease and its signal begin now, by the database's clock. */
const lease = () => ({
  leaseExpiresAt: sql`clock_timestamp() + make_interval(secs => ${LEASE_SECONDS})`,
  nextActionAt: sql`clock_timestamp() + make_interval(secs => ${LEASE_SECONDS})`,
  signalExpiresAt: sql`clock_timestamp() + make_interval(secs => ${SIGNAL_SECONDS})`,
  signalJti: newSecret(16),
});

/** Empty when there is nothing to say: such a run ends here, lest it keep the others from being claimed. */
async function toClaimed(tx: Transaction, leased: RunRow): Promise<Claimed[]> {
  const signalId = newSecret(16);
  const action = await writeAction(tx, leased);
  if (action === undefined) {
    await endUnwritable(tx, leased);
    return [];
  }
  await tx.update(runs).set({ signalJti: signalId, params: action.params }).where(eq(runs.id, leased.id));
  if (!leased.leaseExpiresAt || !leased.signalExpiresAt || leased.seq === null)
    throw new Error(`Run ${leased.id} was claimed without lease or place in its lane`);
  return [
    {
      runId: leased.id,
      fence: leased.fence,
      seq: leased.seq,
      leaseExpiresAt: leased.leaseExpiresAt,
      signalId,
      notBefore: new Date(leased.signalExpiresAt.getTime() - SIGNAL_SECONDS * 1_000),
      expiresAt: leased.signalExpiresAt,
      action,
    },
  ];
}

async function endUnwritable(tx: Transaction, run: RunRow): Promise<void> {
  await tx
    .update(runs)
    .set({ ...ended(), state: "failed", reason: "invalid_params", leaseExpiresAt: null })
    .where(eq(runs.id, run.id));
  await enqueue(tx, { topic: "lanes.freed", key: run.laneId, body: { laneId: run.laneId } });
}

async function lockRun(tx: Transaction, worker: ClaimingWorker, runId: string): Promise<RunRow> {
  const [run] = await tx
    .select()
    .from(runs)
    .where(and(eq(runs.id, runId), eq(runs.workerId, worker.workerId)))
    .for("update");
  if (!run) throw new AppError("run_not_found");
  return run;
}
