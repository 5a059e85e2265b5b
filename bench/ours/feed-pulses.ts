import { setTimeout as delay } from "node:timers/promises";
import type pg from "pg";
import type { Load } from "../contender.ts";
import { insertManyPulses } from "./many-pulses.ts";
import { sqlId } from "./population.ts";

/** After so many seconds a pulse is due again; its slot, named by the second, is another one then. */
const CYCLE_SECONDS = 70;
const AHEAD_MS = 2_000;

export interface Feed {
  /** Runs that have been made due so far, or will be within two seconds. */
  fed: () => number;
  isOver: () => boolean;
  finished: Promise<void>;
}

/** Lets `load.perSecond` pulses fall due in each of `load.seconds` seconds, evenly, each due a moment after the other. */
export async function feedPulses(pool: pg.Pool, load: Load): Promise<Feed> {
  const count = load.perSecond * CYCLE_SECONDS;
  await insertManyPulses(pool, load, count);
  await pool.query("vacuum analyze pulses");
  const startMs = Math.ceil(Date.now() / 1_000) * 1_000 + AHEAD_MS;
  let fedSeconds = 0;
  const feed = async () => {
    for (; fedSeconds < load.seconds; fedSeconds++) {
      await delay(Math.max(0, startMs + fedSeconds * 1_000 - AHEAD_MS - Date.now()));
      await makeSecondDue(pool, {
        first: (fedSeconds % CYCLE_SECONDS) * load.perSecond,
        perSecond: load.perSecond,
        at: new Date(startMs + fedSeconds * 1_000),
      });
    }
  };
  return {
    fed: () => fedSeconds * load.perSecond,
    isOver: () => fedSeconds >= load.seconds,
    finished: feed(),
  };
}

async function makeSecondDue(
  pool: pg.Pool,
  { first, perSecond, at }: { first: number; perSecond: number; at: Date },
): Promise<void> {
  await pool.query(
    `update pulses p
     set schedule = jsonb_build_object('kind', 'every', 'everyMinutes', 1440,
           'anchorAt', to_char(due at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')),
       jitter = '{"shape": "uniform", "windowMinutes": 0, "minimumGapMinutes": 0}',
       cursor_at = due - interval '1 minute', next_nominal_at = due, next_due_at = due,
       next_slot = to_char(due at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
     from (select ${sqlId("pulse", "$1::int + n")} as id,
             date_trunc('milliseconds', $3::timestamptz + n * interval '1 second' / $2::int) as due
           from generate_series(0, $2::int - 1) n) d
     where p.id = d.id`,
    [first, perSecond, at],
  );
}
