import { nextRun } from "@pulsekeep/schedule";
import type { PulseSpec } from "../population.ts";
import type { Facts, RunFact } from "./facts.ts";
import type { Violation } from "./violation.ts";

/** Every slot that the schedule says is due is in the ledger, once per generation, and nothing else is. */
export function checkSlots({ pulses, pulseRows, runs, dueUntil, pausedAt }: Facts): Violation[] {
  const byPulse = Map.groupBy(
    runs.filter(({ slot }) => !slot.startsWith("now:")),
    ({ pulseId }) => pulseId,
  );
  const cursors = new Map(pulseRows.map(({ id, cursorAt }) => [id, cursorAt]));
  return pulses.flatMap((pulse) => {
    const ledger = byPulse.get(pulse.id) ?? [];
    const lastMs = Math.max(dueUntil.getTime(), cursors.get(pulse.id)?.getTime() ?? 0);
    return checkPulse(pulse, ledger, {
      due: listSlots(pulse, dueUntil),
      possible: listSlots(pulse, new Date(Math.min(lastMs, pausedAt.getTime()))),
    });
  });
}

function checkPulse(
  pulse: PulseSpec,
  ledger: readonly RunFact[],
  slots: { due: ReadonlySet<string>; possible: ReadonlySet<string> },
): Violation[] {
  const found: Violation[] = [];
  const firsts = ledger.filter(({ generation }) => generation === 0);
  const present = new Set(firsts.map(({ slot }) => slot));
  for (const slot of slots.due)
    if (!present.has(slot)) found.push({ rule: "slot_lost", pulse: pulse.id, detail: `slot ${slot}` });
  for (const { slot, id } of firsts)
    if (!slots.possible.has(slot))
      found.push({ rule: "slot_unexpected", pulse: pulse.id, run: id, detail: `slot ${slot}` });
  for (const [place, rows] of Map.groupBy(
    ledger,
    ({ slot, generation }) => `${slot} generation ${generation}`,
  ))
    if (rows.length > 1)
      found.push({
        rule: "slot_twice",
        pulse: pulse.id,
        run: rows[0]?.id,
        detail: `${place}: ${rows.map(({ id }) => id).join(", ")}`,
      });
  return found;
}

/** The slots of a pulse by its schedule alone, planned until an instant. */
function listSlots(pulse: PulseSpec, until: Date): Set<string> {
  const timing = {
    schedule: pulse.schedule,
    timeZone: pulse.timeZone,
    pulseId: pulse.id,
    jitterSecret: pulse.jitterSecret,
  };
  const slots = new Set<string>();
  let run = nextRun({ ...timing, after: new Date(pulse.cursorAt) });
  while (run !== undefined && run.plannedAt <= until) {
    slots.add(run.slot);
    run = nextRun({ ...timing, after: run.occurrenceAt });
  }
  return slots;
}
