import type pg from "pg";
import { idOf, placeOfLane, type PopulationSize } from "./population.ts";

/** Writes daily commit pulses without a delay, each due at the very instant that is asked for. */
export async function insertPunctualPulses(
  pool: pg.Pool,
  pulses: { size: PopulationSize; due: readonly { dueMs: number; lane: number }[] },
): Promise<void> {
  const rows = pulses.due.map(({ dueMs, lane }, number) => ({
    id: idOf("pulse", number),
    ...placeOfLane(lane, pulses.size),
    dueAt: new Date(dueMs),
  }));
  await pool.query(
    `insert into pulses (id, workspace_id, worker_id, lane_id, kind, name, schedule, time_zone, jitter, rest, message,
       change, target_repository, target_branch, recovery, jitter_secret, cursor_at, next_slot, next_nominal_at, next_due_at)
     select id, "workspaceId", "workerId", "laneId", 'commit', 'Punctual note',
       jsonb_build_object('kind', 'every', 'everyMinutes', 1440, 'anchorAt', "dueAt"), 'UTC',
       '{"shape": "uniform", "windowMinutes": 0, "minimumGapMinutes": 0}',
       '{"restWeekdays": [], "skipDates": [], "freezes": [], "pausedUntil": null}',
       '{"style": "pro", "locale": "en", "templates": []}', '{"kind": "journal", "folder": "pulse"}',
       "targetRepository", 'main', 'catch_up_latest', 'bench-secret', "dueAt"::timestamptz - interval '1 minute',
       to_char("dueAt"::timestamptz at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), "dueAt"::timestamptz,
       "dueAt"::timestamptz
     from jsonb_to_recordset($1::jsonb) as pulse(id uuid, "workspaceId" uuid, "workerId" uuid, "laneId" uuid,
       "targetRepository" text, "dueAt" text)`,
    [JSON.stringify(rows)],
  );
  await pool.query("analyze pulses");
}
