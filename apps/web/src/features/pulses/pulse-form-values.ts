import type { PulseCreate, PulseTask } from "@pulsekeep/contracts/api/pulses";
import type { Pulse } from "../../api/types";

/** What the form holds: a pulse as the API takes it, with nothing left open. */
export type PulseFormValues = Required<PulseCreate>;

const DEFAULT_TIMES = {
  kind: "times",
  count: 1,
  per: "day",
  fromHour: 9,
  untilHour: 18,
  weekdays: ["mon", "tue", "wed", "thu", "fri"],
} satisfies PulseFormValues["schedule"];

const DEFAULT_CRON = {
  kind: "cron",
  expression: "30 9 * * 1-5",
} satisfies PulseFormValues["schedule"];

const HOUR_MS = 3_600_000;

/** What a kind of schedule begins with. Those that need an instant begin at the next full hour. */
export function getDefaultSchedule(
  kind: PulseFormValues["schedule"]["kind"],
  nowMs: number,
): PulseFormValues["schedule"] {
  const nextHour = new Date((Math.floor(nowMs / HOUR_MS) + 1) * HOUR_MS).toISOString();
  switch (kind) {
    case "times":
      return DEFAULT_TIMES;
    case "cron":
      return DEFAULT_CRON;
    case "every":
      return { kind, everyMinutes: 360, anchorAt: nextHour };
    case "once":
      return { kind, runAt: nextHour };
  }
}

/** What a kind of pulse begins with. */
export function getNewTask(kind: PulseFormValues["kind"]): PulseTask | null {
  if (kind === "dispatch") return { kind, workflow: "", inputs: {} };
  return kind === "keepalive" ? { kind, workflows: ["pulse.yml"] } : null;
}

const DEFAULT_CHANGE = { kind: "journal", folder: "pulse" } satisfies PulseFormValues["change"];

type Defaults = { workerId: string; timeZone: string; locale: PulseFormValues["message"]["locale"] };

export function getNewPulseValues({ workerId, timeZone, locale }: Defaults): PulseFormValues {
  return {
    name: "",
    kind: "commit",
    workerId,
    schedule: DEFAULT_TIMES,
    timeZone,
    jitter: { shape: "uniform", windowMinutes: 20, minimumGapMinutes: 0 },
    rest: { restWeekdays: [], skipDates: [], freezes: [], pausedUntil: null },
    message: { style: "pro", locale, templates: [], repositoryLanguage: null },
    change: DEFAULT_CHANGE,
    task: null,
    target: { repository: null, branch: null },
    recovery: "catch_up_latest",
  };
}

export function getPulseValues(pulse: Pulse): PulseFormValues {
  const { name, kind, workerId, schedule, timeZone, jitter, rest, message, task, recovery } = pulse;
  const change = pulse.change ?? DEFAULT_CHANGE;
  const target = { repository: pulse.target?.repository ?? null, branch: pulse.target?.branch || null };
  return { name, kind, workerId, schedule, timeZone, jitter, rest, message, change, task, target, recovery };
}

/** Whether a pulse uses what the form keeps under "More options". */
export function usesMoreOptions({ rest, message, change, target }: PulseFormValues): boolean {
  return (
    rest.restWeekdays.length + rest.skipDates.length + rest.freezes.length > 0 ||
    rest.pausedUntil !== null ||
    message.templates.length > 0 ||
    Boolean(message.repositoryLanguage) ||
    change.kind !== "journal" ||
    target.repository !== null ||
    target.branch !== null
  );
}

/**
 * The target as the API takes it. A branch alone is one of the worker's own repository, which is then named, so
 * that the pulse shows where it writes.
 */
export function getTarget(
  { repository, branch }: PulseFormValues["target"],
  ownRepository: string | undefined,
): PulseFormValues["target"] | undefined {
  if (repository === null && branch === null) return undefined;
  return { repository: repository ?? ownRepository ?? null, branch };
}
