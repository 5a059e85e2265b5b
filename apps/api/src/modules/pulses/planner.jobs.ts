import { Inject, Injectable, type OnModuleInit } from "@nestjs/common";
import type { Statements } from "@pulsekeep/database";
import { sql } from "drizzle-orm";
import {
  bigintArray,
  booleanArray,
  instantArray,
  intArray,
  textArray,
  uuidArray,
} from "../../platform/binary-array.js";
import { Databases, isRefusedData } from "../../platform/database.js";
import { Jobs, type Turn } from "../../platform/jobs.js";
import { LOGGER, type Logger } from "../../platform/logger.js";
import { Notices } from "../../platform/notices.js";
import { parseSharedJson } from "../../platform/shared-json.js";
import { TRANSPORT, type Transport } from "../../platform/transport.js";
import { within } from "../../platform/within.js";
import { Announcer } from "./announcer.js";
import { type CursorMove, type DuePulse, type NewRun, planPulse, type PulsePlan } from "./plan-pulse.js";
import { planUpTo } from "./plan-up-to.js";
import {
  insertRuns,
  lockDuePulses,
  lockDuePulsesById,
  lockDuePulsesOf,
  moveCursors,
  selectLastRecoveries,
  selectNextDue,
} from "./planner.statements.js";
import { putOffRuns } from "./put-off-runs.js";
import { RunRules } from "./run-rules.js";
import { takeSeqs } from "./take-seqs.js";

const BATCH = 1_000;
/** Runs of one transaction, about: written in a second or two. */
const MOST_RUNS = 10_000;
/** Batches at once while much is due, so that the database works on one while the other is thought out. */
const AT_ONCE = 2;
const IDLE_MS = 250;
/** So few are worth waiting a moment for more, which spares transactions and delays nobody. */
const FEW = 50;
const FEW_MS = 2;
const PUT_OFF_SECONDS = 300;
const TOPIC = "runs.queued";
/** So much that waits for the dispatcher is less than a second's work. */
const FAR_AHEAD = 3_000;
const INSPECT_MS = 250;

/** As it is read: settings as JSON, instants by their milliseconds. */
type DuePulseRow = Omit<DuePulse, "schedule" | "jitter" | "rest" | "cursor_at" | "now"> & {
  schedule: string;
  jitter: string;
  rest: string;
  cursor_ms: number;
  now_ms: number;
};

/** Which due pulses a batch takes: all tenants' but some, one tenant's, or those named. */
type Choice = { max: number; without: readonly string[] } | { max: number; only: string } | { ids: string[] };

/**
 * Puts due occurrences into the ledger. Due is a column and a query; any number of processes may plan, because
 * a pulse's row is locked while its cursor moves, and a slot that is there already is left as it is.
 */
@Injectable()
export class PlannerJobs implements OnModuleInit {
  /** Tenants with so much due at once that they are planned beside the others, not before them. */
  private readonly crowded = new Set<string>();
  private lookAroundAtMs = 0;
  private isBehind = false;

  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(Jobs) private readonly jobs: Jobs,
    @Inject(TRANSPORT) private readonly transport: Transport,
    @Inject(Announcer) private readonly announcer: Announcer,
    @Inject(Notices) private readonly notices: Notices,
    @Inject(RunRules) private readonly rules: RunRules,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    this.jobs.every({ name: "planner", role: "scheduler", intervalMs: IDLE_MS, run: () => this.planOnce() });
  }

  /** Plans what is due of one pulse by the settings that it has, before they change; of a long absence, a part. */
  async planDue(pulseId: string): Promise<void> {
    await this.planBatch({ ids: [pulseId] });
  }

  /** Plans one batch of due pulses. */
  async planOnce(): Promise<Turn> {
    if (this.crowded.size > 0) return this.planInTurns();
    const planned = await this.planBatches({ max: BATCH, without: [] });
    if (planned.length > FEW) return "more";
    return planned.length > 0 ? { againInMs: FEW_MS } : this.untilNextDue();
  }

  /**
   * One tenant's backlog must not hold up the rest. While there is one, everybody else is looked for first; as
   * that look passes over the whole backlog, it is repeated only after four times what it took.
   */
  private async planInTurns(): Promise<Turn> {
    if (performance.now() >= this.lookAroundAtMs) {
      const startedMs = performance.now();
      const others = await this.planBatches({ max: BATCH, without: [...this.crowded] });
      const tookMs = performance.now() - startedMs;
      if (others.length < BATCH) this.lookAroundAtMs = performance.now() + Math.min(4 * tookMs, IDLE_MS);
    }
    if (await this.isFarAhead()) return { againInMs: 5 };
    const share = Math.ceil(BATCH / this.crowded.size);
    for (const workspaceId of this.crowded) {
      const planned = await this.planBatch({ max: share, only: workspaceId });
      if (planned.length < share) this.crowded.delete(workspaceId);
    }
    return "more";
  }

  /**
   * Whether what is planned now would be in the others' way at the dispatcher. A transport that cannot say so in time
   * holds up nobody: runs are planned and claimed without it.
   */
  private async isFarAhead(): Promise<boolean> {
    try {
      return (await within(this.transport.inspect(TOPIC), INSPECT_MS)).length >= FAR_AHEAD;
    } catch {
      return false;
    }
  }

  /** One batch, or as many at once as are worth it after one that was full. */
  private async planBatches(choice: { max: number; without: readonly string[] }): Promise<DuePulse[]> {
    const batches = Array.from({ length: this.isBehind ? AT_ONCE : 1 }, () => this.planBatch(choice));
    const planned = await Promise.all(batches);
    const full = planned.filter(({ length }) => length === choice.max);
    this.isBehind = full.length > 0;
    for (const batch of full) this.noteCrowded(batch);
    return planned.flat();
  }

  private noteCrowded(planned: readonly DuePulse[]): void {
    for (const [workspaceId, pulses] of Map.groupBy(planned, (pulse) => pulse.workspace_id))
      if (pulses.length > BATCH / 4) this.crowded.add(workspaceId);
  }

  private async untilNextDue(): Promise<Turn> {
    const [next] = await this.databases.inEngineStatements((db) =>
      db.run<{ in_ms: number | null }>(selectNextDue, []),
    );
    return { againInMs: Math.min(Math.max(next?.in_ms ?? IDLE_MS, 1), IDLE_MS) };
  }

  private async planBatch(choice: Choice): Promise<DuePulse[]> {
    let pulses: DuePulse[] = [];
    try {
      const workerIds = await this.databases.inEngineStatements(async (db) => {
        pulses = await lockPulses(db, choice);
        return pulses.length > 0 ? this.plan(db, pulses) : [];
      });
      this.announcer.announceQueued(workerIds);
    } catch (error) {
      if (!isRefusedData(error) || pulses.length === 0) throw error;
      for (const pulse of pulses) await this.planAlone(pulse);
    }
    for (const pulse of pulses) this.notices.tell(pulse.workspace_id, "pulse.changed", pulse.id);
    return pulses;
  }

  /** Returns the workers with something new to claim. */
  private async plan(db: Statements, pulses: readonly DuePulse[]): Promise<string[]> {
    const recoveries = await findLastRecoveries(db, pulses, this.rules);
    const { runs, moves } = planUpTo(pulses, MOST_RUNS, (pulse) =>
      this.tryPlan(pulse, recoveries.get(pulse.id)),
    );
    // Nothing of it waits for the answer to what came before.
    const { written } = await sendRuns(db, runs, this.rules);
    const [workerIds] = await Promise.all([written, putOffRuns(db, runs), writeMoves(db, moves)]);
    return workerIds;
  }

  /** A pulse that cannot be planned must not hold up its neighbours: it is put off and looked at again. */
  private tryPlan(pulse: DuePulse, lastRecoveryAt: Date | undefined): PulsePlan {
    try {
      return planPulse(pulse, this.rules, lastRecoveryAt);
    } catch (error) {
      this.logger.error({ err: error, pulseId: pulse.id }, "a pulse cannot be planned");
      const dueAt = new Date(pulse.now.getTime() + PUT_OFF_SECONDS * 1_000);
      return { runs: [], move: { pulseId: pulse.id, cursorAt: pulse.cursor_at, next: undefined, dueAt } };
    }
  }

  /** After a batch that the database refused: the one that it stumbled over is put off. */
  private async planAlone(pulse: DuePulse): Promise<void> {
    try {
      const workerIds = await this.databases.inEngineStatements(async (db) => {
        const [locked] = await lockPulses(db, { ids: [pulse.id] });
        return locked ? this.plan(db, [locked]) : [];
      });
      this.announcer.announceQueued(workerIds);
    } catch (error) {
      if (!isRefusedData(error)) throw error;
      this.logger.error({ err: error, pulseId: pulse.id }, "a pulse cannot be planned");
      await this.databases.engine.execute(
        sql`update pulses set next_due_at = clock_timestamp() + make_interval(secs => ${PUT_OFF_SECONDS})
            where id = ${pulse.id}`,
      );
    }
  }
}

async function lockPulses(db: Statements, choice: Choice): Promise<DuePulse[]> {
  return (await lockRows(db, choice)).map((row) => ({
    ...row,
    schedule: parseSharedJson(row.schedule),
    jitter: parseSharedJson(row.jitter),
    rest: parseSharedJson(row.rest),
    cursor_at: new Date(Math.round(row.cursor_ms)),
    now: new Date(row.now_ms),
  }));
}

function lockRows(db: Statements, choice: Choice): Promise<DuePulseRow[]> {
  if ("ids" in choice) return db.run(lockDuePulsesById, [uuidArray(choice.ids)]);
  if ("only" in choice) return db.run(lockDuePulsesOf, [choice.max, choice.only]);
  return db.run(lockDuePulses, [choice.max, uuidArray(choice.without)]);
}

/** A long absence is planned in parts: the recoveries of each keep their distance from those of the last. */
async function findLastRecoveries(
  db: Statements,
  pulses: readonly DuePulse[],
  rules: RunRules,
): Promise<Map<string, Date>> {
  const behind = pulses.filter(
    ({ recovery, cursor_at, now }) =>
      recovery === "catch_up_all" && now.getTime() - cursor_at.getTime() > rules.windowSeconds * 1_000,
  );
  if (behind.length === 0) return new Map();
  const rows = await db.run<{ pulse_id: string; at: Date }>(selectLastRecoveries, [
    uuidArray(behind.map(({ id }) => id)),
  ]);
  return new Map(rows.map(({ pulse_id, at }) => [pulse_id, at]));
}

/** Numbers the runs and sends them; resolves to what tells of the workers, once that is on its way. */
async function sendRuns(
  db: Statements,
  runs: readonly NewRun[],
  rules: RunRules,
): Promise<{ written: Promise<string[]> }> {
  if (runs.length === 0) return { written: Promise.resolve([]) };
  const queued = runs.filter(({ state }) => state === "queued");
  const { seqs, moved } = await takeSeqs(
    db,
    queued.map(({ pulse }) => pulse.lane_id),
  );
  const seqOf = new Map(queued.map(({ id }, index) => [id, seqs[index]]));
  const workers = db.run<{ worker_id: string }>(insertRuns, [
    uuidArray(runs.map(({ id }) => id)),
    uuidArray(runs.map(({ pulse }) => pulse.workspace_id)),
    uuidArray(runs.map(({ pulse }) => pulse.worker_id)),
    uuidArray(runs.map(({ pulse }) => pulse.id)),
    uuidArray(runs.map(({ pulse }) => pulse.lane_id)),
    textArray(runs.map(({ pulse }) => pulse.kind)),
    textArray(runs.map(({ state }) => state)),
    textArray(runs.map(({ run }) => run.slot)),
    intArray(runs.map(({ generation }) => generation)),
    uuidArray(runs.map(({ recoversRunId }) => recoversRunId)),
    instantArray(runs.map(({ run }) => run.occurrenceAt)),
    instantArray(runs.map(({ run }) => run.plannedAt)),
    bigintArray(runs.map(({ id }) => seqOf.get(id))),
    rules.lateSeconds,
    rules.windowSeconds,
  ]);
  return { written: Promise.all([workers, moved]).then(([rows]) => rows.map(({ worker_id }) => worker_id)) };
}

async function writeMoves(db: Statements, moves: readonly CursorMove[]): Promise<void> {
  await db.runLast(moveCursors, [
    uuidArray(moves.map(({ pulseId }) => pulseId)),
    instantArray(moves.map(({ cursorAt }) => cursorAt)),
    textArray(moves.map(({ next }) => next?.slot)),
    instantArray(moves.map(({ next }) => next?.occurrenceAt)),
    instantArray(moves.map(({ dueAt }) => dueAt)),
    booleanArray(moves.map(({ dueAt }) => dueAt === undefined)),
  ]);
}
