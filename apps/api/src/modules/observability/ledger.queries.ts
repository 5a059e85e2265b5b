import { Inject, Injectable } from "@nestjs/common";
import type { Lateness, System } from "@pulsekeep/contracts/api/admin";
import type { RunState } from "@pulsekeep/contracts/api/pulses";
import { sql } from "drizzle-orm";
import { Databases } from "../../platform/database.js";
import { restedLook } from "./rested-look.js";

/** Upper bounds of lateness in ms. The first is what a run that nothing holds up stays below. */
const LATENESS_BOUNDS_MS = [15, 50, 100, 250, 500, 1_000, 5_000, 30_000, 60_000, 300_000, 600_000];

/**
 * Whether `offered_at` is the run's first offer. After an attempt that is open again it is that of a second
 * one, and its distance from the planned time says nothing about scheduling.
 */
const FIRST_OFFER = sql`(attempts = 0 or (attempts = 1 and state not in ('queued', 'offered')))`;
const LATENESS_MS = sql`greatest(extract(epoch from offered_at - planned_at) * 1000, 0)::float8`;

/** How many runs of a kind are in a bucket of lateness, and their lateness together. */
export type LatenessCount = { kind: string; bucket: number; count: number; totalMs: number };

/**
 * Totals over the ledger of runs. The last day's come from an index over the recent part of the table, which is
 * searched for `now()` and not for the volatile `clock_timestamp()`.
 */
@Injectable()
export class LedgerQueries {
  /** Those that are open, and those that ended in the last day, by state. */
  readonly countRuns = restedLook(() => this.readCounts());
  /** From due to offered, over the first offers of the last day. */
  readonly getLateness = restedLook(() => this.readLateness());

  constructor(@Inject(Databases) private readonly databases: Databases) {}

  private async readCounts(): Promise<System["runs"]> {
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

  private async readLateness(): Promise<Lateness> {
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
   * First offers of the last minutes by kind and bucket, in whichever process it is asked.
   *
   * @param request.boundsSeconds upper bounds of the buckets, inside them; bucket `boundsSeconds.length` is above all
   */
  async countRecentLateness(request: {
    minutes: number;
    boundsSeconds: readonly number[];
  }): Promise<LatenessCount[]> {
    // A little more, because the buckets of PostgreSQL hold what is below their bound.
    const boundsMs = request.boundsSeconds.map((seconds) => seconds * 1_000 + 0.0005);
    const { rows } = await this.databases.admin.execute<LatenessCount>(
      sql`select kind, bucket, count(*)::int as count, sum(ms) as "totalMs"
          from (select kind, ms, width_bucket(ms, ${sql.param(boundsMs)}::float8[]) as bucket
                from (select kind, ${LATENESS_MS} as ms from runs
                      where offered_at > now() - make_interval(mins => ${request.minutes}) and ${FIRST_OFFER}) as late
               ) as placed
          group by kind, bucket`,
    );
    return rows;
  }
}
