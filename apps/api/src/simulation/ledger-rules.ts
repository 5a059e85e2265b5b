import type { RunState } from "@pulsekeep/contracts/api/pulses";
import { isOpen, type Ledger, type LedgerRow } from "./ledger.js";

const ANY_END: readonly RunState[] = ["succeeded", "failed", "missed", "cancelled", "skipped", "unknown"];

/** Where a run may be found after one step, from where it was found before it. */
const ALLOWED: Record<RunState, readonly RunState[]> = {
  planned: ["planned", "queued", "offered", "claimed", "missed", "cancelled", "skipped"],
  queued: ["queued", "offered", "claimed", ...ANY_END],
  offered: ["offered", "queued", "claimed", ...ANY_END],
  // Not missed: somebody may have done it.
  claimed: ["claimed", "queued", "offered", "succeeded", "failed", "cancelled", "unknown"],
  succeeded: ["succeeded"],
  failed: ["failed"],
  missed: ["missed"],
  cancelled: ["cancelled"],
  skipped: ["skipped"],
  // Until the late report of the lease that ran out says how it was.
  unknown: ["unknown", "succeeded", "failed"],
};

/** What the ledger must never show, whatever happened in the step between `before` and `after`. */
export function findBrokenRules(before: Ledger, after: Ledger): string[] {
  return [
    ...[...before.keys()].filter((id) => !after.has(id)).map((id) => `run ${id} is gone`),
    ...[...after.values()].flatMap((row) => [...rowFaults(row), ...changeFaults(before.get(row.id), row)]),
    ...slotFaults(after),
    ...laneFaults(after),
  ];
}

function rowFaults(row: LedgerRow): string[] {
  const ended = ANY_END.includes(row.state);
  const faults: string[] = [];
  if (ended !== (row.ended_ms !== null)) faults.push(`${name(row)} has the wrong end`);
  if (ended === (row.action_ms !== null)) faults.push(`${name(row)} has the wrong next action`);
  if (isOpen(row) && row.seq === null) faults.push(`${name(row)} is open without a place in its lane`);
  if (row.state === "claimed" && row.lease_ms === null) faults.push(`${name(row)} has no lease`);
  return faults;
}

function changeFaults(before: LedgerRow | undefined, after: LedgerRow): string[] {
  if (!before) return [];
  const faults: string[] = [];
  if (!ALLOWED[before.state].includes(after.state)) faults.push(`${name(after)} was ${before.state}`);
  if (after.fence < before.fence) faults.push(`the fence of ${name(after)} shrank`);
  if (after.attempts > before.attempts && after.fence === before.fence)
    faults.push(`${name(after)} was claimed again with its old fence`);
  if (before.seq !== null && after.seq !== before.seq) faults.push(`${name(after)} changed places`);
  if (after.slot !== before.slot || after.lane_id !== before.lane_id) faults.push(`${name(after)} changed`);
  return faults;
}

function slotFaults(ledger: Ledger): string[] {
  const slots = Map.groupBy(
    [...ledger.values()].filter(({ pulse_id }) => pulse_id !== null),
    (row) => `${row.pulse_id} ${row.slot} ${row.generation}`,
  );
  return [...slots].filter(([, rows]) => rows.length > 1).map(([slot]) => `slot ${slot} is there twice`);
}

/** Only the head of a lane is offered or claimed, and no two runs have one place. */
function laneFaults(ledger: Ledger): string[] {
  const lanes = Map.groupBy([...ledger.values()], ({ lane_id }) => lane_id);
  return [...lanes].flatMap(([lane, rows]) => {
    const placed = rows.filter(({ seq }) => seq !== null).sort((a, b) => (a.seq ?? 0) - (b.seq ?? 0));
    const twice = placed.filter((row, index) => row.seq === placed[index - 1]?.seq);
    const [, ...behind] = placed.filter(isOpen);
    return [
      ...twice.map((row) => `lane ${lane} has two runs at ${row.seq}`),
      ...behind
        .filter(({ state }) => state !== "queued")
        .map((row) => `${name(row)} was handed out behind the head of its lane`),
    ];
  });
}

export const name = ({ id, state, seq }: LedgerRow): string => `run ${id.slice(-6)} (${state}, seq ${seq})`;
