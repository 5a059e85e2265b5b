import type { Schedule } from "@pulsekeep/contracts/schedule";
import { parseCron } from "./cron.js";
import type { CronFault } from "./cron-field.js";

/**
 * Says what is wrong with a schedule of the right shape, with the position in its expression.
 * Only cron has a grammar beyond `scheduleSchema`.
 */
export function findScheduleFault(schedule: Schedule): CronFault | undefined {
  if (schedule.kind !== "cron") return undefined;
  const parsed = parseCron(schedule.expression);
  return parsed.ok ? undefined : parsed.fault;
}
