import { Inject, Injectable, type OnModuleInit } from "@nestjs/common";
import type { Transaction } from "@pulsekeep/database";
import { sql } from "drizzle-orm";
import { Databases } from "../../platform/database.js";
import { newId } from "../../platform/ids.js";
import { Jobs } from "../../platform/jobs.js";
import { enqueue, notice, type OutboxMessage } from "../../platform/outbox.js";
import { DispatcherJobs } from "./dispatcher.jobs.js";
import { takeSeqs } from "./planner.jobs.js";
import {
  LATE_AFTER_SECONDS,
  LEASE_EXPIRED,
  MAX_ATTEMPTS,
  RECOVERY_SPREAD_SECONDS,
  WINDOW_SECONDS,
} from "./run-rules.js";

const BATCH = 200;

type Overdue = {
  id: string;
  workspace_id: string;
  worker_id: string;
  pulse_id: string | null;
  lane_id: string;
  kind: string;
  state: "planned" | "queued" | "offered" | "claimed";
  slot: string;
  generation: number;
  attempts: number;
  nominal_at: Date;
  window_over: boolean;
};

/**
 * Acts on every open run whose `next_action_at` has passed: promotes, offers again, takes back expired leases,
 * closes windows. A lost stream entry, wake-up or process therefore costs a second, not a run.
 */
@Injectable()
export class SweeperJobs implements OnModuleInit {
  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(DispatcherJobs) private readonly dispatcher: DispatcherJobs,
    @Inject(Jobs) private readonly jobs: Jobs,
  ) {}

  onModuleInit(): void {
    this.jobs.every({ name: "sweeper", role: "scheduler", intervalMs: 1_000, run: () => this.sweepOnce() });
  }

  async sweepOnce(): Promise<"idle" | "more"> {
    const overdue = await this.databases.inEngine(async (tx) => {
      const { rows } = await tx.execute<Overdue>(
        sql`select id, workspace_id, worker_id, pulse_id, lane_id, kind, state, slot, generation, attempts,
                   nominal_at, window_ends_at <= clock_timestamp() as window_over
            from runs where next_action_at <= now() and state in ('planned', 'queued', 'offered', 'claimed')
            order by next_action_at limit ${BATCH} for update skip locked`,
      );
      const messages: OutboxMessage[] = [];
      for (const run of rows) {
        await act(tx, run);
        messages.push(notice(run.workspace_id, "run.changed", run.id, run.pulse_id));
      }
      await enqueue(tx, ...messages);
      return rows;
    });
    await this.dispatcher.offerHeads([...new Set(overdue.map(({ lane_id }) => lane_id))]);
    return overdue.length === BATCH ? "more" : "idle";
  }
}

async function act(tx: Transaction, run: Overdue): Promise<void> {
  if (run.state === "claimed") return takeBack(tx, run);
  if (run.window_over) return closeWindow(tx, run);
  if (run.state === "planned") {
    const seq = await takeSeqs(tx, run.lane_id, 1);
    await tx.execute(
      sql`update runs set state = 'queued', seq = ${seq}, next_action_at = clock_timestamp() + interval '10 seconds'
          where id = ${run.id} and state = 'planned'`,
    );
    return;
  }
  // Queued behind another run, or its entry was lost: look again soon. `offerHeads` follows for its lane.
  await tx.execute(
    sql`update runs set next_action_at = least(window_ends_at, clock_timestamp() + interval '10 seconds')
        where id = ${run.id} and state = ${run.state} and attempts = 0`,
  );
}

/** A lease ran out without a report. The worker looks before it acts, so another try repeats no effect. */
async function takeBack(tx: Transaction, run: Overdue): Promise<void> {
  const orphaned = run.pulse_id === null && run.kind !== "verify";
  const over = run.window_over || run.attempts >= MAX_ATTEMPTS || orphaned;
  await tx.execute(
    over
      ? sql`update runs set state = 'unknown', reason = ${LEASE_EXPIRED}, ended_at = clock_timestamp(), next_action_at = null
            where id = ${run.id} and state = 'claimed'`
      : sql`update runs set state = 'queued', reason = ${LEASE_EXPIRED}, lease_expires_at = null, next_action_at = clock_timestamp()
            where id = ${run.id} and state = 'claimed'`,
  );
}

/**
 * The window closed. Missed, and perhaps done again, is only what no worker has tried: after an attempt that
 * nobody reported, a second generation could do it twice.
 */
async function closeWindow(tx: Transaction, run: Overdue): Promise<void> {
  const { rows } = await tx.execute<{ state: string }>(
    sql`update runs set ended_at = clock_timestamp(), next_action_at = null,
          state = case when attempts = 0 or reason is null then 'missed'
                       when reason = ${LEASE_EXPIRED} then 'unknown' else 'failed' end,
          reason = case when attempts = 0 or reason is null then 'worker_did_not_come' else reason end
        where id = ${run.id} and state = ${run.state} returning state`,
  );
  if (rows[0]?.state === "missed" && run.pulse_id !== null && run.generation === 0) await recover(tx, run);
}

/** Plans a missed run once more when its pulse asks for that; a second miss is final. */
async function recover(tx: Transaction, run: Overdue): Promise<void> {
  await tx.execute(
    sql`insert into runs (id, workspace_id, worker_id, pulse_id, lane_id, kind, state, slot, generation,
          recovers_run_id, nominal_at, planned_at, late_after, window_ends_at, next_action_at)
        select ${newId()}, ${run.workspace_id}, worker_id, id, lane_id, kind, 'planned', ${run.slot}, ${run.generation + 1},
          ${run.id}, ${new Date(run.nominal_at).toISOString()}, at, at + make_interval(secs => ${LATE_AFTER_SECONDS}),
          at + make_interval(secs => ${WINDOW_SECONDS}), at
        from pulses, (select clock_timestamp() + make_interval(secs => random() * ${RECOVERY_SPREAD_SECONDS}) as at) as spread
        where id = ${run.pulse_id} and state = 'active' and recovery <> 'skip'
        on conflict (worker_id, pulse_id, slot, generation) do nothing`,
  );
}
