import type pg from "pg";
import { type PopulationSize, sqlId, sqlPlaceOfLane } from "./population.ts";

const OCCURRED_MINUTES_AGO = 25;
const MINUTE_MS = 60_000;

/**
 * Writes any number of active daily pulses in one statement, spread over all lanes; none is due before tomorrow.
 *
 * @returns the occurrence of today, some minutes ago: what a pulse that is made due has to plan
 */
export async function insertManyPulses(pool: pg.Pool, size: PopulationSize, count: number): Promise<Date> {
  const occurrenceAt = new Date(Math.floor(Date.now() / MINUTE_MS - OCCURRED_MINUTES_AGO) * MINUTE_MS);
  const lanes = size.workers * size.lanesPerWorker;
  const place = sqlPlaceOfLane(`n % ${lanes}`, size);
  await pool.query(
    `insert into pulses (id, workspace_id, worker_id, lane_id, kind, name, schedule, time_zone, jitter, rest, message,
       change, target_repository, target_branch, recovery, jitter_secret, cursor_at, next_slot, next_nominal_at, next_due_at)
     select ${sqlId("pulse", "n")}, ${place.workspaceId}, ${place.workerId}, ${place.laneId}, 'commit', 'Daily note ' || n,
       jsonb_build_object('kind', 'cron', 'expression', $2::text), 'UTC',
       '{"shape": "uniform", "windowMinutes": 20, "minimumGapMinutes": 0}',
       '{"restWeekdays": [], "skipDates": [], "freezes": [], "pausedUntil": null}',
       '{"style": "pro", "locale": "en", "templates": []}', '{"kind": "journal", "folder": "pulse"}',
       ${place.targetRepository}, 'main', 'catch_up_latest', 'bench-secret-' || n, $3::timestamptz,
       to_char($3::timestamptz at time zone 'UTC' + interval '1 day', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
       $3::timestamptz + interval '1 day', $3::timestamptz + interval '1 day' + n % 1200 * interval '1 second'
     from generate_series(0, $1::int - 1) n`,
    [count, `${occurrenceAt.getUTCMinutes()} ${occurrenceAt.getUTCHours()} * * *`, occurrenceAt],
  );
  return occurrenceAt;
}

/** Makes `due` of the pulses due now, evenly spread over all of them, and forgets what was planned before. */
export async function makeDue(
  pool: pg.Pool,
  { pulses, due, occurrenceAt }: { pulses: number; due: number; occurrenceAt: Date },
): Promise<void> {
  await pool.query("truncate runs cascade");
  await pool.query("delete from outbox");
  await pool.query(
    `update pulses set cursor_at = $3::timestamptz - interval '1 minute', next_due_at = clock_timestamp()
     where id in (select ${sqlId("pulse", "n * ($2::int / $1::int)")} from generate_series(0, $1::int - 1) n)`,
    [due, pulses, occurrenceAt],
  );
  await pool.query("vacuum analyze pulses");
  // A daily pulse is touched long after the checkpoint before: its page goes to the log as a whole.
  await pool.query("checkpoint");
}
