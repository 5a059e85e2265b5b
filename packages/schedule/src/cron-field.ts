/** One of the five fields: its bounds, and the names that may stand for numbers. */
export interface CronFieldRule {
  name: string;
  min: number;
  max: number;
  names: readonly string[];
}

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

export const CRON_FIELDS: readonly CronFieldRule[] = [
  { name: "minute", min: 0, max: 59, names: [] },
  { name: "hour", min: 0, max: 23, names: [] },
  { name: "day of the month", min: 1, max: 31, names: [] },
  { name: "month", min: 1, max: 12, names: MONTHS },
  { name: "weekday", min: 0, max: 7, names: WEEKDAYS },
];

/** Why an expression is refused; `position` counts characters from 0. */
export interface CronFault {
  reason: string;
  position: number;
}

type Result<Value> = { ok: true; value: Value } | { ok: false; fault: CronFault };

const refuse = (reason: string, position: number): { ok: false; fault: CronFault } => ({
  ok: false,
  fault: { reason, position },
});

/** Reads a list such as `1-10/2,15`. Weekday 7 is answered as it stands; the caller folds it to 0. */
export function parseCronField(text: string, position: number, rule: CronFieldRule): Result<Set<number>> {
  const values = new Set<number>();
  let at = position;
  for (const part of text.split(",")) {
    const range = parseStepped(part, at, rule);
    if (!range.ok) return range;
    const { from, to, step } = range.value;
    for (let value = from; value <= to; value += step) values.add(value);
    at += part.length + 1;
  }
  return { ok: true, value: values };
}

function parseStepped(
  part: string,
  position: number,
  rule: CronFieldRule,
): Result<{ from: number; to: number; step: number }> {
  if (part === "") return refuse(`An entry of the ${rule.name} field is missing.`, position);
  const [base = "", stepText, ...rest] = part.split("/");
  const range = parseRange(base, position, rule);
  if (!range.ok) return range;
  if (stepText === undefined) return { ok: true, value: { ...range.value, step: 1 } };
  const stepAt = position + base.length + 1;
  if (rest.length > 0 || !/^\d{1,4}$/.test(stepText) || Number(stepText) === 0) {
    return refuse(`The step of the ${rule.name} field must be one whole number above 0.`, stepAt);
  }
  if (base !== "*" && !base.includes("-")) {
    return refuse(`A step needs a range: write ${base}-${rule.max}/${stepText}.`, position);
  }
  return { ok: true, value: { ...range.value, step: Number(stepText) } };
}

function parseRange(
  base: string,
  position: number,
  rule: CronFieldRule,
): Result<{ from: number; to: number }> {
  // Weekday 7 is Sunday again, so `*` must not reach it.
  if (base === "*") return { ok: true, value: { from: rule.min, to: rule.max === 7 ? 6 : rule.max } };
  const [fromText = "", toText, ...rest] = base.split("-");
  if (rest.length > 0) return refuse("A range has one dash.", position);
  const from = parseValue(fromText, position, rule);
  if (!from.ok) return from;
  if (toText === undefined) return { ok: true, value: { from: from.value, to: from.value } };
  const toAt = position + fromText.length + 1;
  const to = parseValue(toText, toAt, rule);
  if (!to.ok) return to;
  // `fri-sun` is meant as it reads: at the end of a range Sunday is 7.
  const end = rule.max === 7 && to.value === 0 && from.value > 0 ? 7 : to.value;
  if (end < from.value) return refuse(`The ${rule.name} range ${base} runs backwards.`, position);
  return { ok: true, value: { from: from.value, to: end } };
}

function parseValue(text: string, position: number, rule: CronFieldRule): Result<number> {
  const named = rule.names.indexOf(text.toLowerCase());
  if (named >= 0) return { ok: true, value: named + rule.min };
  if (!/^\d{1,4}$/.test(text)) return refuse(`"${text}" is not a ${rule.name}.`, position);
  const value = Number(text);
  if (value < rule.min || value > rule.max) {
    return refuse(`The ${rule.name} ${text} is outside ${rule.min}-${rule.max}.`, position);
  }
  return { ok: true, value };
}
