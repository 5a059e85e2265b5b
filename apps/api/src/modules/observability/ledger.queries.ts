import { Inject, Injectable } from "@nestjs/common";
import type { Lateness, System } from "@pulsekeep/contracts/api/admin";
import type { RunState } from "@pulsekeep/contracts/api/pulses";
import { sql } from "drizzle-orm";
import { Databases } from "../../platform/database.js";

/** Upper bounds of lateness in ms. The first is what a run that nothing holds up stays below. */
const LATENESS_BOUNDS_MS = [15, 50, 100, 250, 500, 1_000, 5_000, 30_000, 60_000, 300_000, 600_000];

/** Offers that others are about to commit have an instant in the past by then. */
const SETTLED_AFTER_SECONDS = 2;

/**
 * Whether `offered_at` is the run's first offer. After an attempt that is open again it is that of a second
 * one, and its distance from the planned time says nothing about scheduling.
 */
const FIRST_OFFER = sql`(attempts = 0 or (attempts = 1 and state not in ('queued', 'offered')))`;
const LATENESS_MS = sql`greatest(extract(epoch from offered_at - planned_at) * 1000, 0)::float8`;

export type StartDelay = { kind: string; delayMs: number };

/**
 * Totals over the ledger of runs. The last day's come from an index over the recent part of the table, which is
 * searched for `now()` and not for the volatile `clock_timestamp()`.
 */
@Injectable()
export class LedgerQueries {
  constructor(@Inject(Databases) private readonly databases: Databases) {}

  async countRuns(): Promise<System["runs"]> {
    const { rows } = await this.databases.admin.execute<{ state: RunState; open: boolean; count: number }>(
      sql`select state, true as open, count(*)::int as count from runs
            where next_action_at is not null and state in ('planned', 'queued', 'offered', 'claimed')
            group by state
          union all
          select state, false, count(*)::int from runs
            where ended_at > now() - interval '24 hours' group by state`,
    );
    const pick = (open: boolean) =>
      Object.fromEntries(rows.filter((row) => row.open === open).map(({ state, count }) => [state, count]));
    return { open: pick(true), endedLastDay: pick(false) };
  }

  /** From due to offered, over the first offers of the last day. */
  async getLateness(): Promise<Lateness> {
    const { rows } = await this.databases.admin.execute<{
      counts: Record<string, number> | null;
      p50: number | null;
      p99: number | null;
      max: number | null;
    }>(
      sql`with late as materialized (
            select ${LATENESS_MS} as ms from runs
            where offered_at > now() - interval '24 hours' and ${FIRST_OFFER}
          )
          select (select json_object_agg(bucket, count) from (
                    select width_bucket(ms, ${sql.param(LATENESS_BOUNDS_MS)}::float8[]) as bucket, count(*)
                    from late group by bucket) as buckets) as counts,
                 percentile_disc(0.5) within group (order by ms) as p50,
                 percentile_disc(0.99) within group (order by ms) as p99, max(ms) as max
          from late`,
    );
    const { counts, p50 = null, p99 = null, max = null } = rows[0] ?? {};
    const buckets = [...LATENESS_BOUNDS_MS, null].map((belowMs, bucket) => ({
      belowMs,
      count: counts?.[bucket] ?? 0,
    }));
    const count = buckets.reduce((sum, bucket) => sum + bucket.count, 0);
    return { count, p50Ms: p50, p99Ms: p99, maxMs: max, buckets };
  }

  /**
   * First offers after `since`, each once when called with what the last call returned.
   *
   * @param since instant by the database's clock as text, or undefined for "from now on"
   */
  async listStartDelays(since: string | undefined): Promise<{ delays: StartDelay[]; until: string }> {
    const settled = sql`now() - make_interval(secs => ${SETTLED_AFTER_SECONDS})`;
    const { rows: instants } = await this.databases.admin.execute<{ until: string }>(
      sql`select greatest(${settled}, ${since ?? null}::timestamptz)::text as until`,
    );
    const until = instants[0]?.until ?? "";
    if (since === undefined) return { delays: [], until };
    const { rows } = await this.databases.admin.execute<StartDelay>(
      sql`select kind, ${LATENESS_MS} as "delayMs" from runs
          where offered_at > ${since}::timestamptz and offered_at <= ${until}::timestamptz and ${FIRST_OFFER}`,
    );
    return { delays: rows, until };
  }
}
