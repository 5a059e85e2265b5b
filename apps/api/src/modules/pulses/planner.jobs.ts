import { Inject, Injectable, type OnModuleInit } from "@nestjs/common";
import type { Jitter, RestRules, Schedule } from "@pulsekeep/contracts/schedule";
import type { Transaction } from "@pulsekeep/database";
import { expandMissed, nextRun, type PlannedRun, type PulseTiming } from "@pulsekeep/schedule";
import { sql } from "drizzle-orm";
import { Databases } from "../../platform/database.js";
import { newId } from "../../platform/ids.js";
import { Jobs } from "../../platform/jobs.js";
import { LOGGER, type Logger } from "../../platform/logger.js";
import { enqueue, notice, type OutboxMessage } from "../../platform/outbox.js";
import {
  CATCH_UP_WITHIN_SECONDS,
  LATE_AFTER_SECONDS,
  RECOVERY_SPREAD_SECONDS,
  WINDOW_SECONDS,
} from "./run-rules.js";

const BATCH = 100;
const PUT_OFF_SECONDS = 300;

type DuePulse = {
  id: string;
  workspace_id: string;
  worker_id: string;
  lane_id: string;
  kind: string;
  schedule: Schedule;
  time_zone: string;
  jitter: Jitter;
  rest: RestRules;
  recovery: "catch_up_latest" | "catch_up_all" | "skip";
  jitter_secret: string;
  cursor_at: Date;
  now: Date;
};

type NewRun = {
  run: PlannedRun;
  state: "queued" | "missed" | "planned";
  generation: number;
  recovers: string | null;
};

/**
 * Puts due occurrences into the ledger. Due is a column and a query; any number of processes may plan, because
 * a pulse's row is locked while its cursor moves, and a slot that is there already is left as it is.
 */
@Injectable()
export class PlannerJobs implements OnModuleInit {
  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(Jobs) private readonly jobs: Jobs,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    this.jobs.every({ name: "planner", role: "scheduler", intervalMs: 250, run: () => this.planOnce() });
  }

  /** Plans one batch of due pulses. */
  async planOnce(): Promise<"idle" | "more"> {
    const planned = await this.databases.inEngine(async (tx) => {
      const { rows } = await tx.execute<DuePulse>(
        sql`select id, workspace_id, worker_id, lane_id, kind, schedule, time_zone, jitter, rest, recovery,
                   jitter_secret, cursor_at, clock_timestamp() as now
            from pulses where state = 'active' and next_due_at <= now()
            order by next_due_at limit ${BATCH} for update skip locked`,
      );
      const messages: OutboxMessage[] = [];
      for (const pulse of rows) messages.push(...(await this.tryPlan(tx, pulse)));
      await enqueue(tx, ...messages);
      return rows.length;
    });
    return planned === BATCH ? "more" : "idle";
  }

  /** A pulse that cannot be planned must not hold up its neighbours: it is put off and looked at again. */
  private async tryPlan(tx: Transaction, pulse: DuePulse): Promise<OutboxMessage[]> {
    try {
      return await tx.transaction((savepoint) => planPulse(savepoint, pulse));
    } catch (error) {
      this.logger.error({ err: error, pulseId: pulse.id }, "a pulse cannot be planned");
      await tx.execute(
        sql`update pulses set next_due_at = clock_timestamp() + make_interval(secs => ${PUT_OFF_SECONDS})
            where id = ${pulse.id}`,
      );
      return [];
    }
  }
}

async function planPulse(tx: Transaction, pulse: DuePulse): Promise<OutboxMessage[]> {
  const now = new Date(pulse.now);
  const timing = timingOf(pulse);
  const past = expandMissed({
    ...timing,
    cursorAt: new Date(pulse.cursor_at),
    now,
    windowSeconds: WINDOW_SECONDS,
    policy: pulse.recovery,
    catchUpWithinSeconds: CATCH_UP_WITHIN_SECONDS,
    spreadSeconds: RECOVERY_SPREAD_SECONDS,
    ...(await findLastRecovery(tx, pulse)),
  });
  const missed = past.missed.map((run) => ({ id: newId(), run }));
  await insertRuns(tx, pulse, [
    ...missed.map(({ id, run }) => ({ id, run, state: "missed" as const, generation: 0, recovers: null })),
    ...past.due.map((run) => ({ id: newId(), run, state: "queued" as const, generation: 0, recovers: null })),
    ...past.recoveries.map((run) => ({
      id: newId(),
      run,
      state: "planned" as const,
      generation: 1,
      recovers: missed.find((entry) => entry.run.slot === run.slot)?.id ?? null,
    })),
  ]);
  await moveCursor(tx, pulse, past.cursorAt, past.hasMore ? now : undefined);
  return [
    ...(past.due.length > 0
      ? [{ topic: "runs.queued" as const, key: pulse.lane_id, body: { laneId: pulse.lane_id } }]
      : []),
    notice(pulse.workspace_id, "pulse.changed", pulse.id),
  ];
}

/** A long absence is planned in parts: the recoveries of each keep their distance from those of the last. */
async function findLastRecovery(tx: Transaction, pulse: DuePulse): Promise<{ lastRecoveryAt?: Date }> {
  if (pulse.recovery !== "catch_up_all") return {};
  const { rows } = await tx.execute<{ at: Date | null }>(
    sql`select max(planned_at) as at from runs where pulse_id = ${pulse.id} and generation > 0`,
  );
  const at = rows[0]?.at ?? null;
  return at === null ? {} : { lastRecoveryAt: new Date(at) };
}

/** Moves the cursor and writes when the pulse is due next; a pulse with nothing left is finished. */
async function moveCursor(
  tx: Transaction,
  pulse: DuePulse,
  cursorAt: Date,
  againAt: Date | undefined,
): Promise<void> {
  const next = nextRun({ ...timingOf(pulse), after: cursorAt });
  await tx.execute(
    sql`update pulses set cursor_at = ${cursorAt.toISOString()},
          next_slot = ${next?.slot ?? null},
          next_nominal_at = ${next?.occurrenceAt.toISOString() ?? null},
          next_due_at = ${(againAt ?? next?.plannedAt)?.toISOString() ?? null},
          state = case when ${next === undefined} then 'finished' else state end
        where id = ${pulse.id}`,
  );
}

async function insertRuns(
  tx: Transaction,
  pulse: DuePulse,
  runs: (NewRun & { id: string })[],
): Promise<void> {
  const queued = runs.filter(({ state }) => state === "queued").length;
  let seq = queued > 0 ? await takeSeqs(tx, pulse.lane_id, queued) : 0;
  for (const { id, run, state, generation, recovers } of runs) {
    const plannedAt = run.plannedAt.getTime();
    await tx.execute(
      sql`insert into runs (id, workspace_id, worker_id, pulse_id, lane_id, kind, state, slot, generation,
            recovers_run_id, seq, nominal_at, planned_at, late_after, window_ends_at, next_action_at)
          values (${id}, ${pulse.workspace_id}, ${pulse.worker_id}, ${pulse.id}, ${pulse.lane_id}, ${pulse.kind},
            ${state}, ${run.slot}, ${generation}, ${recovers}, ${state === "queued" ? seq++ : null},
            ${run.occurrenceAt.toISOString()}, ${run.plannedAt.toISOString()},
            ${new Date(plannedAt + LATE_AFTER_SECONDS * 1_000).toISOString()},
            ${new Date(plannedAt + WINDOW_SECONDS * 1_000).toISOString()},
            ${state === "missed" ? null : run.plannedAt.toISOString()})
          on conflict (worker_id, pulse_id, slot, generation) do nothing`,
    );
    if (state === "missed")
      await tx.execute(
        sql`update runs set ended_at = clock_timestamp(), reason = 'server_was_down'
            where id = ${id} and ended_at is null`,
      );
  }
}

/** Takes `count` numbers of the lane's order; returns the first. */
export async function takeSeqs(tx: Transaction, laneId: string, count: number): Promise<number> {
  const { rows } = await tx.execute<{ first: string }>(
    sql`update lanes set next_seq = next_seq + ${count} where id = ${laneId} returning next_seq - ${count} as first`,
  );
  if (!rows[0]) throw new Error(`Lane ${laneId} does not exist`);
  return Number(rows[0].first);
}

function timingOf(
  pulse: Pick<DuePulse, "id" | "schedule" | "time_zone" | "jitter" | "rest" | "jitter_secret">,
): PulseTiming {
  return {
    schedule: pulse.schedule,
    timeZone: pulse.time_zone,
    pulseId: pulse.id,
    jitterSecret: pulse.jitter_secret,
    jitter: pulse.jitter,
    rest: pulse.rest,
  };
}
