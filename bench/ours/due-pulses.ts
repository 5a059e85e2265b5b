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

export interface DuePulses {
  size: PopulationSize;
  /** Number of the first pulse; ids and lanes follow from it. */
  first: number;
  count: number;
  /** The planner finds all of them at this instant, and not before. */
  dueAt: Date;
}

/**
 * Writes daily commit pulses that each have one occurrence to plan, spread over all lanes. Their occurrence was
 * 25 minutes ago, so that its delay is over; `next_due_at` holds them back until `dueAt`.
 */
export async function insertDuePulses(pool: pg.Pool, due: DuePulses): Promise<void> {
  const lanes = due.size.workers * due.size.lanesPerWorker;
  const rows = Array.from({ length: due.count }, (_, index) => {
    const number = due.first + index;
    return { ...placeOfLane(number % lanes, due.size), ...describePulse(number, due.dueAt) };
  });
  await pool.query(
    `insert into pulses (id, workspace_id, worker_id, lane_id, kind, name, schedule, time_zone, jitter, rest, message,
       change, target_repository, target_branch, recovery, jitter_secret, cursor_at, next_slot, next_nominal_at, next_due_at)
     select id, "workspaceId", "workerId", "laneId", 'commit', name, schedule, "timeZone", $2, $3, message,
       '{"kind": "journal", "folder": "pulse"}', "targetRepository", 'main', 'catch_up_latest', "jitterSecret",
       "cursorAt", "nextSlot", "nextNominalAt", $4
     from jsonb_to_recordset($1::jsonb) as pulse(id uuid, "workspaceId" uuid, "workerId" uuid, "laneId" uuid, name text,
       schedule jsonb, "timeZone" text, message jsonb, "targetRepository" text, "jitterSecret" text,
       "cursorAt" timestamptz, "nextSlot" text, "nextNominalAt" timestamptz)`,
    [JSON.stringify(rows), JITTER, REST, due.dueAt],
  );
  await pool.query("analyze pulses");
}

function describePulse(number: number, dueAt: Date) {
  const timeZone = ZONES[number % ZONES.length] ?? "UTC";
  const occurrenceAt = new Date(
    Math.floor(dueAt.getTime() / MINUTE_MS) * MINUTE_MS - OCCURRED_MINUTES_AGO * MINUTE_MS,
  );
  const timing: PulseTiming = {
    schedule: { kind: "cron", expression: dailyAt(occurrenceAt, timeZone) },
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
