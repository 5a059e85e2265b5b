import type { RunState } from "@pulsekeep/contracts/api/pulses";
import type { SimulatedDatabase } from "./simulated-database.js";

/** A run as the ledger has it; instants in milliseconds since 1970. */
export type LedgerRow = {
  id: string;
  workspace_id: string;
  pulse_id: string | null;
  lane_id: string;
  slot: string;
  generation: number;
  recovers_run_id: string | null;
  state: RunState;
  seq: number | null;
  fence: number;
  attempts: number;
  reason: string | null;
  planned_ms: number;
  window_ends_ms: number;
  action_ms: number | null;
  lease_ms: number | null;
  ended_ms: number | null;
};
export type Ledger = ReadonlyMap<string, LedgerRow>;

const inMs = (column: string, name: string) => `(extract(epoch from ${column}) * 1000)::float8 as ${name}`;

/** Every run that there is, by id. */
export async function readLedger(database: SimulatedDatabase): Promise<Ledger> {
  const rows = await database.inspect<LedgerRow>(
    `select id, workspace_id, pulse_id, lane_id, slot, generation, recovers_run_id, state, seq::int, fence, attempts, reason,
            ${inMs("planned_at", "planned_ms")}, ${inMs("window_ends_at", "window_ends_ms")},
            ${inMs("next_action_at", "action_ms")}, ${inMs("lease_expires_at", "lease_ms")},
            ${inMs("ended_at", "ended_ms")}
     from runs order by id`,
  );
  return new Map(rows.map((row) => [row.id, row]));
}

const OPEN: readonly RunState[] = ["queued", "offered", "claimed"];
export const isOpen = ({ state }: LedgerRow): boolean => OPEN.includes(state);
