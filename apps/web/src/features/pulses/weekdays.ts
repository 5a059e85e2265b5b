import type { Schedule } from "@/api/types";

type Weekday = Extract<Schedule, { kind: "times" }>["weekdays"][number];

export const WEEKDAY_KEYS: readonly Weekday[] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
