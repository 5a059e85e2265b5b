import { nextRun, type PulseTiming } from "@pulsekeep/schedule";
import type pg from "pg";
import { idOf, placeOfLane, type PopulationSize } from "./population.ts";

/** Without daylight saving time: the hour of a fold would give a pulse two occurrences. */
const ZONES = ["UTC", "Asia/Tokyo", "Africa/Lagos", "Asia/Kolkata"] as const;
/** The form's default: a delay of up to twenty minutes, drawn per occurrence. */
const JITTER = { shape: "uniform", windowMinutes: 20, minimumGapMinutes: 0 } as const;
const REST = { restWeekdays: [], skipDates: [], freezes: [], pausedUntil: null };
const STYLES = ["pro", "casual", "emoji"] as const;
const LOCALES = ["en", "fr", "es", "de"] as const;
const OCCURRED_MINUTES_AGO = 25;
const MINUTE_MS = 60_000;
const LEAD_MS = 2_000;

export interface DuePulses {
  size: PopulationSize;
  /** Number of the first pulse; ids and lanes follow from it. */
  first: number;
  count: number;
}

/**
 * Writes daily commit pulses that each have one occurrence to plan, spread over all lanes. Their occurrence was
 * 25 minutes ago, so that its delay is over; `next_due_at` holds them back until `dueAt`.
 */
export async function insertDuePulses(pool: pg.Pool, due: DuePulses, dueAt: Date): Promise<void> {
  await insertRows(pool, describePulses(due), dueAt);
}

/**
 * The same, with the instant as early as the writing allows.
 *
 * @returns the instant at which the planner finds all of them
 */
export async function insertPulsesDueSoon(pool: pg.Pool, due: DuePulses): Promise<Date> {
  const rows = describePulses(due);
  // A machine that is busy with other things takes longer: then again, with more time.
  for (let leadMs = LEAD_MS + due.count / 5; ; leadMs *= 2) {
    const dueAt = new Date(Date.now() + leadMs);
    await insertRows(pool, rows, dueAt);
    if (Date.now() < dueAt.getTime() - LEAD_MS / 2) return dueAt;
    await pool.query("truncate runs, outbox cascade");
    await pool.query("delete from pulses where id = any($1::uuid[])", [rows.map(({ id }) => id)]);
  }
}

async function insertRows(pool: pg.Pool, rows: PulseRow[], dueAt: Date): Promise<void> {
  await pool.query(
    `insert into pulses (id, workspace_id, worker_id, lane_id, kind, name, schedule, time_zone, jitter, rest, message,
       change, target_repository, target_branch, recovery, jitter_secret, cursor_at, next_slot, next_nominal_at, next_due_at)
     select id, "workspaceId", "workerId", "laneId", 'commit', name, schedule, "timeZone", $2, $3, message,
       '{"kind": "journal", "folder": "pulse"}', "targetRepository", 'main', 'catch_up_latest', "jitterSecret",
       "cursorAt", "nextSlot", "nextNominalAt", $4
     from jsonb_to_recordset($1::jsonb) as pulse(id uuid, "workspaceId" uuid, "workerId" uuid, "laneId" uuid, name text,
       schedule jsonb, "timeZone" text, message jsonb, "targetRepository" text, "jitterSecret" text,
       "cursorAt" timestamptz, "nextSlot" text, "nextNominalAt" timestamptz)`,
    [JSON.stringify(rows), JITTER, REST, dueAt],
  );
  await pool.query("analyze pulses");
}

type PulseRow = ReturnType<typeof describePulses>[number];

function describePulses({ size, first, count }: DuePulses) {
  const lanes = size.workers * size.lanesPerWorker;
  const occurrenceAt = new Date(Math.floor(Date.now() / MINUTE_MS - OCCURRED_MINUTES_AGO) * MINUTE_MS);
  const expressions = ZONES.map((timeZone) => ({ timeZone, expression: dailyAt(occurrenceAt, timeZone) }));
  return Array.from({ length: count }, (_, index) => {
    const number = first + index;
    const { timeZone, expression } = expressions[number % ZONES.length] ?? {
      timeZone: "UTC",
      expression: "",
    };
    return {
      ...placeOfLane(number % lanes, size),
      ...describePulse(number, { occurrenceAt, timeZone, expression }),
    };
  });
}

function describePulse(
  number: number,
  { occurrenceAt, timeZone, expression }: { occurrenceAt: Date; timeZone: string; expression: string },
) {
  const timing: PulseTiming = {
    schedule: { kind: "cron", expression },
    timeZone,
    pulseId: idOf("pulse", number),
    jitterSecret: `bench-secret-${number}`,
    jitter: JITTER,
    rest: REST,
  };
  const cursorAt = new Date(occurrenceAt.getTime() - MINUTE_MS);
  const next = nextRun({ ...timing, after: cursorAt });
  if (!next) throw new Error("A daily pulse has no next run");
  return {
    id: timing.pulseId,
    name: `Daily note ${number}`,
    schedule: timing.schedule,
    timeZone,
    message: {
      style: STYLES[number % STYLES.length],
      locale: LOCALES[number % LOCALES.length],
      templates: [],
    },
    jitterSecret: timing.jitterSecret,
    cursorAt,
    nextSlot: next.slot,
    nextNominalAt: next.occurrenceAt,
  };
}

/** A cron expression for every day at this time of the zone. */
function dailyAt(at: Date, timeZone: string): string {
  const [hour, minute] = new Intl.DateTimeFormat("en-GB", { timeZone, hour: "2-digit", minute: "2-digit" })
    .format(at)
    .split(":");
  return `${Number(minute)} ${Number(hour)} * * *`;
}
