import type { PulseCreate } from "@pulsekeep/contracts/api/pulses";
import type { Pulse } from "../../api/types";

/** What the form holds: a pulse as the API takes it, with nothing left open. */
export type PulseFormValues = Required<Omit<PulseCreate, "rest" | "target" | "change">>;

export const DEFAULT_TIMES = {
  kind: "times",
  count: 1,
  per: "day",
  fromHour: 9,
  untilHour: 18,
  weekdays: ["mon", "tue", "wed", "thu", "fri"],
} satisfies PulseFormValues["schedule"];

export const DEFAULT_CRON = {
  kind: "cron",
  expression: "30 9 * * 1-5",
} satisfies PulseFormValues["schedule"];

type Defaults = { workerId: string; timeZone: string; locale: PulseFormValues["message"]["locale"] };

export function getNewPulseValues({ workerId, timeZone, locale }: Defaults): PulseFormValues {
  return {
    name: "",
    kind: "commit",
    workerId,
    schedule: DEFAULT_TIMES,
    timeZone,
    jitter: { shape: "uniform", windowMinutes: 20, minimumGapMinutes: 0 },
    message: { style: "pro", locale, templates: [] },
    recovery: "catch_up_latest",
  };
}

export function getPulseValues(pulse: Pulse): PulseFormValues {
  const { name, kind, workerId, schedule, timeZone, jitter, message, recovery } = pulse;
  return { name, kind, workerId, schedule, timeZone, jitter, message, recovery };
}
