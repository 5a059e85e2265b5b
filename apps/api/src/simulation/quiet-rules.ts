import { isOpen, type Ledger } from "./ledger.js";
import { name } from "./ledger-rules.js";
import type { PulseModel } from "./pulse-model.js";
import { HOUR_MS } from "./world.js";

/**
 * With the engine at work and workers there since `sinceMs`, nothing that could be done now waits, and nothing that is
 * over.
 */
export function findNeglected(ledger: Ledger, { sinceMs, nowMs }: { sinceMs: number; nowMs: number }) {
  const rows = [...ledger.values()];
  const lanes = Map.groupBy(rows.filter(isOpen), ({ lane_id }) => lane_id);
  return [
    ...[...lanes.values()]
      .map((inLane) => inLane.reduce((head, row) => ((row.seq ?? 0) < (head.seq ?? 0) ? row : head)))
      .filter((head) => head.state === "offered" || (head.state === "queued" && head.attempts === 0))
      .map((head) => `${name(head)} could be done and is not: ${JSON.stringify(head)}`),
    ...rows
      .filter(
        (row) =>
          row.state === "missed" &&
          row.window_ends_ms > sinceMs + HOUR_MS &&
          (row.ended_ms ?? nowMs) > sinceMs,
      )
      .map((row) => `${name(row)} was missed though its worker came`),
    // The sweeper looks each second: one look has to be enough.
    ...rows
      .filter((row) => row.ended_ms === null && row.state !== "claimed" && row.window_ends_ms <= nowMs)
      .map((row) => `${name(row)} is open though its window is over`),
  ];
}

/** The ledger has the slots that each pulse's schedule asked for up to now, and no others. */
export function findWrongSlots(ledger: Ledger, pulses: readonly PulseModel[], nowMs: number): string[] {
  return pulses.flatMap((pulse) => {
    const planned = [...ledger.values()].filter(
      ({ pulse_id, generation, slot }) =>
        pulse_id === pulse.id && generation === 0 && !slot.startsWith("now:"),
    );
    const found = new Set(planned.map(({ slot }) => slot));
    const expected = new Set(pulse.expectedSlots(nowMs));
    const of = `of pulse ${pulse.id.slice(-6)}`;
    return [
      ...[...expected].filter((slot) => !found.has(slot)).map((slot) => `slot ${slot} ${of} is lost`),
      ...[...found].filter((slot) => !expected.has(slot)).map((slot) => `slot ${slot} ${of} was never due`),
    ];
  });
}
