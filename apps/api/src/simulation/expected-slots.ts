import { nextRun, type PulseTiming } from "@pulsekeep/schedule";

/** A time in which a pulse followed one timing. */
export type Stretch = {
  timing: PulseTiming;
  afterMs: number;
  /** When it ended: what was planned for up to then, it has planned. Undefined while it lasts. */
  untilMs: number | undefined;
};

/**
 * The slots that must be in the ledger at `nowMs`, by the schedule alone: those due in each stretch, walked
 * occurrence by occurrence.
 */
export function expectedSlots(stretches: readonly Stretch[], nowMs: number): string[] {
  return stretches.flatMap((stretch) => walk(stretch, nowMs));
}

function walk({ timing, afterMs, untilMs }: Stretch, nowMs: number): string[] {
  const slots: string[] = [];
  let run = nextRun({ ...timing, after: new Date(afterMs) });
  const endMs = Math.min(nowMs, untilMs ?? nowMs);
  while (run !== undefined && run.plannedAt.getTime() <= endMs) {
    slots.push(run.slot);
    run = nextRun({ ...timing, after: run.occurrenceAt });
  }
  return slots;
}
