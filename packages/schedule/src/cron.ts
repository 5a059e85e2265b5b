import { boundedMemo } from "./bounded-memo.js";
import { CRON_FIELDS, type CronFault, type CronFieldRule, parseCronField } from "./cron-field.js";
import { DAY_MS, type LocalDay, weekdayNumberOf } from "./local-date.js";

/** A cron expression, read once. `minutesOfDay` is sorted, 0-1439. */
export interface Cron {
  minutesOfDay: readonly number[];
  months: ReadonlySet<number>;
  daysOfMonth: ReadonlySet<number>;
  weekdays: ReadonlySet<number>;
  /** Vixie cron's rule: with both day fields restricted, a day need satisfy only one of them. */
  eitherDay: boolean;
}

export type CronResult = { ok: true; cron: Cron } | { ok: false; fault: CronFault };

const SHORTHANDS: Readonly<Record<string, string>> = {
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
  "@monthly": "0 0 1 * *",
  "@weekly": "0 0 * * 0",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@hourly": "0 * * * *",
};

/** 29 February on a given weekday comes back after 40 years at most (across 2100). */
const HORIZON_DAYS = 366 * 41;

/**
 * Reads five fields (minute, hour, day of the month, month, weekday) or an `@name`.
 * Semantics: crontab(5) of Vixie cron. Names, ranges, lists and steps are taken in any case.
 */
export const parseCron: (expression: string) => CronResult = boundedMemo(5_000, readCron);

function readCron(expression: string): CronResult {
  const start = expression.search(/\S/);
  if (start < 0) return refuse("The expression is empty.", 0);
  if (expression[start] === "@") return readShorthand(expression.trim(), start);
  const fields = [...expression.matchAll(/\S+/g)];
  if (fields.length !== CRON_FIELDS.length) {
    const position = fields.length > CRON_FIELDS.length ? fieldAt(fields, 5) : expression.length;
    return refuse(`Five fields are needed and ${fields.length} are given.`, position);
  }
  const sets: Set<number>[] = [];
  for (const [index, field] of fields.entries()) {
    const parsed = parseCronField(field[0], field.index, CRON_FIELDS[index] as CronFieldRule);
    if (!parsed.ok) return parsed;
    sets.push(parsed.value);
  }
  const restricted = (index: number) => !fields[index]?.[0].startsWith("*");
  const cron = assemble(sets, restricted(2) && restricted(4));
  if (findCronDay(cron, 0, HORIZON_DAYS) === undefined) {
    return refuse("No date of the calendar satisfies these day and month fields.", fieldAt(fields, 2));
  }
  return { ok: true, cron };
}

function readShorthand(name: string, position: number): CronResult {
  const expression = SHORTHANDS[name.toLowerCase()];
  if (expression !== undefined) return readCron(expression);
  return refuse(`${name} is not known; use one of ${Object.keys(SHORTHANDS).join(", ")}.`, position);
}

function assemble(sets: readonly Set<number>[], eitherDay: boolean): Cron {
  const [minutes, hours, daysOfMonth, months, weekdays] = sets.map((set) => [...set].sort((a, b) => a - b));
  return {
    minutesOfDay: (hours ?? []).flatMap((hour) => (minutes ?? []).map((minute) => hour * 60 + minute)),
    months: new Set(months),
    daysOfMonth: new Set(daysOfMonth),
    weekdays: new Set(weekdays?.map((weekday) => weekday % 7)),
    eitherDay,
  };
}

/** Finds the first day from `from` to `until`, both inside, on which the expression occurs. */
export function findCronDay(cron: Cron, from: LocalDay, until: LocalDay): LocalDay | undefined {
  let day = from;
  while (day <= until) {
    const date = new Date(day * DAY_MS);
    const month = date.getUTCMonth();
    if (!cron.months.has(month + 1)) {
      day = Date.UTC(date.getUTCFullYear(), month + 1, 1) / DAY_MS;
      continue;
    }
    if (matchesDay(cron, date.getUTCDate(), weekdayNumberOf(day))) return day;
    day += 1;
  }
  return undefined;
}

function matchesDay(cron: Cron, dayOfMonth: number, weekday: number): boolean {
  const byDate = cron.daysOfMonth.has(dayOfMonth);
  const byWeekday = cron.weekdays.has(weekday);
  return cron.eitherDay ? byDate || byWeekday : byDate && byWeekday;
}

function fieldAt(fields: readonly RegExpMatchArray[], index: number): number {
  return fields[index]?.index ?? 0;
}

function refuse(reason: string, position: number): CronResult {
  return { ok: false, fault: { reason, position } };
}
