import type { PulsePreview } from "@pulsekeep/contracts/api/pulses";
import { getOffsetMs, toZonedInput } from "./zoned-time";

type PreviewRun = PulsePreview["runs"][number];
type PreviewGap = PulsePreview["gaps"][number];

/** A change of the clocks: forward when `minutes` is above zero. */
type ClockChange = { at: string; minutes: number };

export type PreviewRow =
  | { kind: "run"; at: string; run: PreviewRun }
  | { kind: "gap"; at: string; gap: PreviewGap }
  | { kind: "clock"; at: string; change: ClockChange };

const MINUTE_MS = 60_000;

/** The runs of a preview with what happens between them, in order: what is left out, and changes of the clocks. */
export function listPreviewRows({ runs, gaps }: PulsePreview, timeZone: string): PreviewRow[] {
  const rows: PreviewRow[] = [
    ...runs.map((run) => ({ kind: "run" as const, at: run.nominalAt, run })),
    ...gaps.map((gap) => ({ kind: "gap" as const, at: gap.fromAt, gap })),
    ...listClockChanges(runs, timeZone).map((change) => ({ kind: "clock" as const, at: change.at, change })),
  ];
  return rows.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

/** Those between two runs whose clocks differ; a change that is taken back in between moves no run. */
function listClockChanges(runs: readonly PreviewRun[], timeZone: string): ClockChange[] {
  const changes: ClockChange[] = [];
  for (const [index, run] of runs.entries()) {
    const next = runs[index + 1];
    if (next === undefined) break;
    const [fromMs, untilMs] = [Date.parse(run.nominalAt), Date.parse(next.nominalAt)];
    const before = getOffsetMs(fromMs, timeZone);
    const after = getOffsetMs(untilMs, timeZone);
    if (before === after) continue;
    const at = findChangeMs({ fromMs, untilMs, before, timeZone });
    changes.push({ at: new Date(at).toISOString(), minutes: (after - before) / MINUTE_MS });
  }
  return changes;
}

type Search = { fromMs: number; untilMs: number; before: number; timeZone: string };

/** The first minute at which the offset is no longer `before`. */
function findChangeMs({ fromMs, untilMs, before, timeZone }: Search): number {
  let low = Math.floor(fromMs / MINUTE_MS);
  let high = Math.ceil(untilMs / MINUTE_MS);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (getOffsetMs(middle * MINUTE_MS, timeZone) === before) low = middle;
    else high = middle;
  }
  return high * MINUTE_MS;
}

/** Most commits a day that a worker's `allow.json` allows as it is written at set-up; its owner may change it. */
export const DAILY_COMMITS = 24;

/** The first local date that holds more runs than the worker will commit on one day. */
export function findCrowdedDate(runs: readonly PreviewRun[], timeZone: string): string | undefined {
  const counts = new Map<string, number>();
  for (const { nominalAt } of runs) {
    const date = toZonedInput(new Date(nominalAt), timeZone).slice(0, 10);
    const count = (counts.get(date) ?? 0) + 1;
    if (count > DAILY_COMMITS) return date;
    counts.set(date, count);
  }
  return undefined;
}
