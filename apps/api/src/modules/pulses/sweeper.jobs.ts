import { Inject, Injectable, type OnModuleInit } from "@nestjs/common";
import type { Statements } from "@pulsekeep/database";
import { Databases } from "../../platform/database.js";
import { Jobs } from "../../platform/jobs.js";
import { LOGGER, type Logger } from "../../platform/logger.js";
import { pgArray } from "../../platform/pg-array.js";
import { Announcer } from "./announcer.js";
import { offerHeads } from "./offer-heads.js";
import { type MissedRun, planPulseRecoveries, type RecoverableRow, type Recovery } from "./plan-recovery.js";
import { RunRules } from "./run-rules.js";
import {
  closeWindows,
  insertRecoveries,
  lockOverdueRuns,
  lookAgain,
  queuePlannedRuns,
  selectRecoverable,
  takeBackRuns,
} from "./sweeper.statements.js";
import { takeSeqs } from "./take-seqs.js";

const BATCH = 500;

type Overdue = {
  id: string;
  workspace_id: string;
  worker_id: string;
  lane_id: string;
  state: "planned" | "queued" | "offered" | "claimed";
  window_over: boolean;
  lease_over: boolean | null;
};

type ClosedRun = {
  id: string;
  pulse_id: string | null;
  state: string;
  slot: string;
  generation: number;
  nominal_at: Date;
  planned_at: Date;
};

/**
 * Acts on every open run whose `next_action_at` has passed: queues what was planned, offers again, takes back
 * expired leases, closes windows, tells of what is late. A lost stream entry, wake-up or process therefore costs
 * seconds, not a run.
 */
@Injectable()
export class SweeperJobs implements OnModuleInit {
  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(Announcer) private readonly announcer: Announcer,
    @Inject(RunRules) private readonly rules: RunRules,
    @Inject(Jobs) private readonly jobs: Jobs,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    this.jobs.every({ name: "sweeper", role: "scheduler", intervalMs: 1_000, run: () => this.sweepOnce() });
  }

  async sweepOnce(): Promise<"idle" | "more"> {
    const { overdue, offered } = await this.databases.inEngineStatements(async (db) => {
      const overdue = await db.run<Overdue>(lockOverdueRuns, [BATCH]);
      return { overdue, offered: overdue.length > 0 ? await this.act(db, overdue) : [] };
    });
    this.announcer.announceChanged(overdue.map(({ id, workspace_id: workspaceId }) => ({ id, workspaceId })));
    // Also of those that were offered before: a claim that came during this look found them locked.
    this.announcer.announceOffered([...offered, ...overdue.filter(({ state }) => state === "offered")]);
    return overdue.length === BATCH ? "more" : "idle";
  }

  private async act(db: Statements, overdue: readonly Overdue[]) {
    const idsOf = (which: (run: Overdue) => boolean | null) => overdue.filter(which).map(({ id }) => id);
    const expired = idsOf((run) => run.state === "claimed" && run.lease_over);
    const closing = idsOf((run) => run.state !== "claimed" && run.window_over);
    const planned = overdue.filter((run) => run.state === "planned" && !run.window_over);
    if (expired.length > 0) await db.run(takeBackRuns, [pgArray(expired)]);
    if (closing.length > 0) await this.recover(db, await db.run<ClosedRun>(closeWindows, [pgArray(closing)]));
    if (planned.length > 0) {
      const { seqs, moved } = await takeSeqs(
        db,
        planned.map(({ lane_id }) => lane_id),
      );
      await moved;
      await db.run(queuePlannedRuns, [pgArray(planned.map(({ id }) => id)), pgArray(seqs)]);
    }
    const offered = await offerHeads(db, [...new Set(overdue.map(({ lane_id }) => lane_id))]);
    await db.run(lookAgain, [pgArray(idsOf(() => true))]);
    return offered;
  }

  /** Plans missed runs once more when their pulse asks for that; a second miss is final. */
  private async recover(db: Statements, closed: readonly ClosedRun[]): Promise<void> {
    const missed = Map.groupBy(
      closed.filter((run) => run.state === "missed" && run.pulse_id !== null && run.generation === 0),
      (run) => run.pulse_id ?? "",
    );
    if (missed.size === 0) return;
    const latest = [...missed.values()].map((runs) =>
      Math.max(...runs.map((run) => run.planned_at.getTime())),
    );
    const pulses = await db.run<RecoverableRow>(selectRecoverable, [
      pgArray([...missed.keys()]),
      pgArray(latest.map((ms) => new Date(ms))),
      this.rules.catchUpSeconds,
    ]);
    const recoveries = pulses.flatMap((pulse) => this.tryRecover(pulse, missed.get(pulse.id) ?? []));
    if (recoveries.length === 0) return;
    await db.run(insertRecoveries, [
      pgArray(recoveries.map(({ id }) => id)),
      pgArray(recoveries.map(({ missedId }) => missedId)),
      pgArray(recoveries.map(({ plannedAt }) => plannedAt)),
      this.rules.lateSeconds,
      this.rules.windowSeconds,
    ]);
  }

  /** A pulse that cannot be planned must not hold up the others: what it missed stays missed. */
  private tryRecover(pulse: RecoverableRow, missed: readonly MissedRun[]): Recovery[] {
    try {
      return planPulseRecoveries(pulse, missed, this.rules);
    } catch (error) {
      this.logger.error(
        { err: error, pulseId: pulse.id },
        "the missed runs of a pulse cannot be planned again",
      );
      return [];
    }
  }
}
