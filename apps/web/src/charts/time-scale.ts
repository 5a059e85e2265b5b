import { CLOCK, CLOCK_SECONDS } from "../i18n/clock";

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

const STEPS_MS = [
  ...[1, 2, 5, 10, 15, 30].map((it) => it * SECOND_MS),
  ...[1, 2, 5, 10, 15, 30].map((it) => it * MINUTE_MS),
  ...[1, 2, 3, 6, 12, 24].map((it) => it * HOUR_MS),
];

export type TimeRange = { fromMs: number; toMs: number };

/** Share (0 to 1) of the range that has passed at `atMs`; outside it is clamped. */
export function getTimeShare({ fromMs, toMs }: TimeRange, atMs: number): number {
  if (toMs <= fromMs) return 0;
  return Math.min(1, Math.max(0, (atMs - fromMs) / (toMs - fromMs)));
}

/** Round instants inside the range, at most `count` of them, on a step that people read without counting. */
export function getTimeTicks(
  { fromMs, toMs }: TimeRange,
  count: number,
): { ticksMs: number[]; stepMs: number } {
  const span = Math.max(0, toMs - fromMs);
  const rough = span / Math.max(1, count);
  const days = Math.max(1, Math.ceil(rough / (24 * HOUR_MS)));
  const stepMs = STEPS_MS.find((step) => step >= rough) ?? days * 24 * HOUR_MS;
  const ticksMs: number[] = [];
  for (let at = Math.ceil(fromMs / stepMs) * stepMs; at <= toMs && ticksMs.length < count; at += stepMs) {
    ticksMs.push(at);
  }
  return { ticksMs, stepMs };
}

type ClockStyle = Pick<Intl.DateTimeFormatOptions, "day" | "month" | "hour" | "minute" | "second">;

/** The shortest writing that tells the ticks of this step apart, with the clock of the rest of the page. */
export function getClockStyle(stepMs: number): ClockStyle {
  if (stepMs >= 24 * HOUR_MS) return { day: "numeric", month: "numeric" };
  return stepMs < MINUTE_MS ? CLOCK_SECONDS : CLOCK;
}
