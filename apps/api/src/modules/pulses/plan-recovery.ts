import { planRecoveries } from "@pulsekeep/schedule";
import { newId } from "../../platform/ids.js";
import { type PulseTimingRow, timingOf } from "./plan-pulse.js";
import type { RunRules } from "./run-rules.js";

export type RecoverableRow = PulseTimingRow & {
  now: Date;
  last_recovery_at: Date | null;
  /** A later run of the pulse was not missed: `catch_up_latest` has nothing to add. */
  has_newer: boolean;
};

export type MissedRun = { id: string; slot: string; nominal_at: Date; planned_at: Date };

export type Recovery = { id: string; missedId: string; plannedAt: Date };

/** Which missed runs of one pulse are done again by its policy, and when. */
export function planPulseRecoveries(
  pulse: RecoverableRow,
  missed: readonly MissedRun[],
  rules: RunRules,
): Recovery[] {
  if (pulse.recovery === "catch_up_latest" && pulse.has_newer) return [];
  const bySlot = new Map(missed.map((run) => [run.slot, run.id]));
  const recoveries = planRecoveries({
    ...timingOf(pulse),
    policy: pulse.recovery,
    catchUpWithinSeconds: rules.catchUpSeconds,
    spreadSeconds: rules.spreadSeconds,
    now: pulse.now,
    missed: missed
      .toSorted((a, b) => a.nominal_at.getTime() - b.nominal_at.getTime())
      .map((run) => ({
        slot: run.slot,
        occurrenceAt: run.nominal_at,
        plannedAt: run.planned_at,
        latestAt: run.planned_at,
      })),
    due: [],
    ...(pulse.last_recovery_at === null ? {} : { lastRecoveryAt: pulse.last_recovery_at }),
  });
  return recoveries.flatMap(({ slot, plannedAt }) => {
    const missedId = bySlot.get(slot);
    return missedId === undefined ? [] : [{ id: newId(), missedId, plannedAt }];
  });
}
