import { Inject, Injectable } from "@nestjs/common";
import type {
  HeartbeatRequest,
  PulseAction,
  ReleaseRequest,
  ReportRequest,
  RunOutcome,
} from "@pulsekeep/contracts/worker-protocol";
import { schema, type Statement, type Statements, type Transaction } from "@pulsekeep/database";
import { and, eq, sql } from "drizzle-orm";
import { AppError } from "../../http/app-error.js";
import { intArray, jsonArray, textArray, uuidArray } from "../../platform/binary-array.js";
import { Databases, isRefusedData } from "../../platform/database.js";
import { Gather } from "../../platform/gather.js";
import { newSecret } from "../../platform/ids.js";
import { LOGGER, type Logger } from "../../platform/logger.js";
import { Announcer } from "./announcer.js";
import { endSucceeded, endUnwritable, leaseRuns, lockClaimable } from "./claim.statements.js";
import type { RunRow } from "./pulse-view.js";
import { PULSE_DELETED, RunRules } from "./run-rules.js";
import { isUndecided, settleRun } from "./settle-run.js";
import { extendLeases, type HeldRun } from "./extend-leases.js";
import { type ClaimableRow, writeAction, type WrittenAction } from "./write-action.js";
import { endCapped } from "./write-room.statements.js";
import { findRoom, type Room } from "./write-room.js";

const { runs } = schema;

const BATCH = 500;
/** While one batch waits for the disk, others are thought out. */
const CLAIMS_AT_ONCE = 4;

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

export type Reported = { id: string; state: RunRow["state"]; ended: boolean };

/** Called in the transaction that ends a run, so that what follows from it commits with it. */
export type OnEnd = (tx: Transaction, run: RunRow, result: RunOutcome) => Promise<void>;

type ClaimRequest = ClaimingWorker & { claimId: string; max: number };
type DoneReport = ClaimingWorker & { runId: string; fence: number; commitSha: string | null };
type WrittenRun = WrittenAction & { workspaceId: string; row: ClaimableRow; signalId: string };
type UnclaimedRow = { id: string; workspace_id: string; worker_id: string };
type Leases = { leased: number; leased_at_ms: number };

/**
 * Leases of runs: a worker claims what is offered, reports how it ended, or gives it back. What many workers ask
 * at the same time is answered by one transaction.
 */
@Injectable()
export class ClaimsService {
  /** By workspace, so that no two batches under way wait for each other's counts of writes. */
  private readonly claims: Gather<ClaimRequest, Claimed[]>[];
  private readonly successes: Gather<DoneReport, boolean>;
  /** Workspaces whose minute is full, and when it is over. */
  private readonly full = new Set<string>();
  private fullUntilMs = 0;

  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(Announcer) private readonly announcer: Announcer,
    @Inject(RunRules) private readonly rules: RunRules,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    const shared = { max: BATCH, isOneAtFault: isRefusedData };
    const part = {
      ...shared,
      concurrency: 1,
      run: (requests: ClaimRequest[]) => this.claimTogether(requests),
    };
    this.claims = Array.from({ length: CLAIMS_AT_ONCE }, () => new Gather(part));
    this.successes = new Gather({
      ...shared,
      concurrency: 2,
      run: (reports) => this.endTogether(reports),
    });
  }

  /**
   * Claims offered runs of this worker, oldest first. Repeating a `claimId` gives the same runs again, with
   * fresh signal ids: a worker that lost the answer loses nothing.
   */
  async claimRuns(worker: ClaimingWorker, request: { claimId: string; max: number }): Promise<Claimed[]> {
    const part = Number.parseInt(worker.workspaceId.slice(-1), 16) % CLAIMS_AT_ONCE;
    const claims = this.claims[part];
    if (claims === undefined) throw new Error(`${worker.workspaceId} is no id of a workspace`);
    return claims.call({ ...worker, ...request });
  }

  /** Until a workspace may write again whose last claim here found its minute full; undefined when it may now. */
  msUntilRoom(workspaceId: string): number | undefined {
    const ms = this.fullUntilMs - performance.now();
    if (ms <= 0) this.full.clear();
    return this.full.has(workspaceId) ? ms : undefined;
  }

  /**
   * Records how a run ended. The same report again gives the same answer; one with an old fence is refused.
   *
   * @throws AppError `run_not_found`, `stale_claim`
   */
  async recordReport(worker: ClaimingWorker, report: ReportRequest, onEnd: OnEnd): Promise<Reported> {
    const { runId, fence, result } = report;
    if (result.outcome === "succeeded" || result.outcome === "already_done") {
      const done = await this.successes.call({ ...worker, runId, fence, commitSha: result.commitSha });
      if (done) return { id: runId, state: "succeeded", ended: true };
    }
    const run = await this.databases.inTenant(worker, (tx) => this.settle(tx, { worker, report, onEnd }));
    this.announcer.announceChanged([run]);
    this.announcer.wakeWorkers([worker.workerId]);
    return { id: run.id, state: run.state, ended: run.endedAt !== null };
  }

  /** Extends the leases of claimed runs that this worker still holds, and says which those are. */
  async extendLeases(worker: ClaimingWorker, request: HeartbeatRequest): Promise<HeldRun[]> {
    return this.databases.inTenant(worker, (tx) =>
      extendLeases(tx, {
        workerId: worker.workerId,
        runs: request.runs,
        leaseSeconds: this.rules.leaseSeconds,
      }),
    );
  }

  /**
   * Gives claimed runs back, to be offered again at once, but for those whose pulse was deleted meanwhile; returns the
   * ids of all that were given back.
   */
  async releaseRuns(worker: ClaimingWorker, request: ReleaseRequest): Promise<string[]> {
    const isUnwanted = sql`reason = ${PULSE_DELETED}`;
    const released = await this.databases.inTenant(worker, async (tx) => {
      const released: { id: string; workspaceId: string }[] = [];
      for (const { runId, fence } of request.runs)
        released.push(
          ...(await tx
            .update(runs)
            .set({
              state: sql`case when ${isUnwanted} then 'cancelled' else 'queued' end`,
              leaseExpiresAt: null,
              endedAt: sql`case when ${isUnwanted} then clock_timestamp() end`,
              nextActionAt: sql`case when ${isUnwanted} then null else clock_timestamp() end`,
            })
            .where(
              and(
                eq(runs.id, runId),
                eq(runs.workerId, worker.workerId),
                eq(runs.fence, fence),
                eq(runs.state, "claimed"),
              ),
            )
            .returning({ id: runs.id, workspaceId: runs.workspaceId })),
        );
      return released;
    });
    this.announcer.announceChanged(released);
    this.announcer.wakeWorkers([worker.workerId]);
    return released.map(({ id }) => id);
  }

  private async claimTogether(requests: readonly ClaimRequest[]): Promise<Claimed[][]> {
    const answers: Claimed[][] = requests.map(() => []);
    const workspaceIds = requests.map(({ workspaceId }) => workspaceId);
    const { leasedAt, ended, room } = await this.databases.inClaims(workspaceIds, async (db) => {
      const rows = await db.run<ClaimableRow>(lockClaimable, [
        uuidArray(requests.map(({ workerId }) => workerId)),
        textArray(requests.map(({ claimId }) => claimId)),
        intArray(requests.map(({ max }) => max)),
      ]);
      const { written, unwritable } = this.writeAll(rows, requests);
      const room = await findRoom(db, written, this.rules);
      const ended = [
        ...(await endEach(db, endUnwritable, unwritable)),
        ...(await endEach(
          db,
          endCapped,
          room.capped.map(({ row }) => row.id),
        )),
      ];
      if (room.granted.length === 0) return { leasedAt: undefined, ended, room };
      return { leasedAt: await this.lease(db, room.granted, requests), ended, room };
    });
    if (leasedAt)
      for (const run of room.granted) answers[run.row.place]?.push(toClaimed(run, leasedAt, this.rules));
    this.recordFull(room);
    this.announcer.announceChanged(room.granted.map(({ row, workspaceId }) => ({ id: row.id, workspaceId })));
    this.announcer.announceChanged(ended.map(({ id, workspace_id: workspaceId }) => ({ id, workspaceId })));
    // What ended here made room in its lane, which this claim has not seen.
    this.announcer.wakeWorkers(ended.map(({ worker_id }) => worker_id));
    return answers;
  }

  private recordFull({ waiting, overInMs }: Room<WrittenRun>): void {
    if (overInMs === undefined) return;
    if (this.fullUntilMs <= performance.now()) this.full.clear();
    this.fullUntilMs = performance.now() + overInMs;
    for (const { workspaceId } of waiting) this.full.add(workspaceId);
  }

  private writeAll(
    rows: readonly ClaimableRow[],
    requests: readonly ClaimRequest[],
  ): { written: WrittenRun[]; unwritable: string[] } {
    // Two claims of one worker in one batch find the same runs: the first gets them.
    const written = new Map<string, WrittenRun>();
    const unwritable: string[] = [];
    for (const row of rows) {
      if (written.has(row.id)) continue;
      const workspaceId = requests[row.place]?.workspaceId;
      const action = this.tryWrite(row);
      if (action && workspaceId)
        written.set(row.id, { ...action, workspaceId, row, signalId: newSecret(16) });
      else unwritable.push(row.id);
    }
    return { written: [...written.values()], unwritable };
  }

  private tryWrite(row: ClaimableRow): WrittenAction | undefined {
    try {
      return writeAction(row);
    } catch (error) {
      this.logger.error({ err: error, runId: row.id }, "a signal cannot be written");
      return undefined;
    }
  }

  /** Returns from when on the leases count. The runs are locked: there is none of them that cannot be leased. */
  private async lease(
    db: Statements,
    written: readonly WrittenRun[],
    requests: readonly ClaimRequest[],
  ): Promise<Date> {
    const [leases] = await db.runLast<Leases>(leaseRuns, [
      uuidArray(written.map(({ row }) => row.id)),
      textArray(written.map(({ row }) => requests[row.place]?.claimId)),
      textArray(written.map(({ signalId }) => signalId)),
      jsonArray(written.map(({ action }) => JSON.stringify(action.params))),
      intArray(written.map(({ progress }) => progress?.subjectHash)),
      intArray(written.map(({ progress }) => progress?.streak.days)),
      textArray(written.map(({ progress }) => progress?.streak.on)),
      this.rules.leaseSeconds,
      this.rules.signalSeconds,
    ]);
    if (leases?.leased !== written.length)
      throw new Error(`Of ${written.length} locked runs ${leases?.leased} were leased`);
    return new Date(Math.floor(leases.leased_at_ms));
  }

  private async endTogether(given: readonly DoneReport[]): Promise<boolean[]> {
    // All lock runs in one order, so that two batches with the same reports do not wait for each other.
    const reports = [...given].sort((one, other) => (one.runId < other.runId ? -1 : 1));
    const workspaceIds = reports.map(({ workspaceId }) => workspaceId);
    const done = await this.databases.inClaims(workspaceIds, (db) =>
      db.runLast<{ place: number }>(endSucceeded, [
        uuidArray(reports.map(({ runId }) => runId)),
        uuidArray(reports.map(({ workerId }) => workerId)),
        intArray(reports.map(({ fence }) => fence)),
        textArray(reports.map(({ commitSha }) => commitSha)),
      ]),
    );
    const changed = done.flatMap(({ place }) => reports[place] ?? []);
    this.announcer.announceChanged(changed.map(({ runId: id, workspaceId }) => ({ id, workspaceId })));
    this.announcer.wakeWorkers(changed.map(({ workerId }) => workerId));
    const ended = new Set(changed);
    return given.map((report) => ended.has(report));
  }

  private async settle(
    tx: Transaction,
    { worker, report, onEnd }: { worker: ClaimingWorker; report: ReportRequest; onEnd: OnEnd },
  ): Promise<RunRow> {
    const run = await lockRun(tx, worker, report.runId);
    if (run.fence !== report.fence) throw new AppError("stale_claim");
    if (run.endedAt !== null && !isUndecided(run)) return run;
    const changed = await settleRun(tx, run, { report, rules: this.rules });
    if (changed.endedAt !== null) await onEnd(tx, changed, report.result);
    return changed;
  }
}

const toClaimed = (
  { row, signalId, action }: WrittenRun,
  leasedAt: Date,
  { leaseSeconds, signalSeconds }: RunRules,
): Claimed => ({
  runId: row.id,
  fence: row.state === "claimed" ? row.fence : row.fence + 1,
  seq: row.seq,
  leaseExpiresAt: new Date(leasedAt.getTime() + leaseSeconds * 1_000),
  signalId,
  notBefore: leasedAt,
  expiresAt: new Date(leasedAt.getTime() + signalSeconds * 1_000),
  action,
});

const endEach = async (db: Statements, end: Statement, ids: readonly string[]): Promise<UnclaimedRow[]> =>
  ids.length === 0 ? [] : db.run<UnclaimedRow>(end, [uuidArray(ids)]);

async function lockRun(tx: Transaction, worker: ClaimingWorker, runId: string): Promise<RunRow> {
  const [run] = await tx
    .select()
    .from(runs)
    .where(and(eq(runs.id, runId), eq(runs.workerId, worker.workerId)))
    .for("update");
  if (!run) throw new AppError("run_not_found");
  return run;
}
