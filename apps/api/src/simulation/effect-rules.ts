import type { Ledger } from "./ledger.js";
import { name } from "./ledger-rules.js";
import type { Effect } from "./virtual-worker.js";

/** What was done outside agrees with the ledger: once each, in the order of its lane, and nothing that it denies. */
export function findWrongEffects(ledger: Ledger, effects: readonly Effect[]): string[] {
  const done = effects.flatMap((effect) => {
    const row = ledger.get(effect.runId);
    return row ? [{ effect, row }] : [];
  });
  const lanes = Map.groupBy(done, ({ row }) => row.lane_id);
  const slots = Map.groupBy(
    done.filter(({ row }) => row.pulse_id !== null),
    ({ row }) => `${row.pulse_id} ${row.slot}`,
  );
  const succeeded = new Set(done.map(({ effect }) => effect.runId));
  return [
    ...[...lanes.values()].flatMap((inLane) =>
      inLane
        .filter(({ effect }, index) => effect.seq <= (inLane[index - 1]?.effect.seq ?? 0))
        .map(({ row }) => `the effect of ${name(row)} is out of order`),
    ),
    ...[...slots].filter(([, twice]) => twice.length > 1).map(([slot]) => `slot ${slot} was done twice`),
    ...[...ledger.values()]
      .filter(({ state, id }) => state === "succeeded" && !succeeded.has(id))
      .map((row) => `${name(row)} was never done`),
    ...done
      .filter(({ row }) => ["planned", "missed", "skipped"].includes(row.state))
      .map(({ row }) => `${name(row)} was done`),
  ];
}
