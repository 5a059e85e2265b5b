import type { Ledger, LedgerRow } from "./ledger.js";
import { name } from "./ledger-rules.js";
import type { SimulatedDatabase } from "./simulated-database.js";

type Notice = { run_id: string; kind: string };

export const readNotices = (database: SimulatedDatabase): Promise<Notice[]> =>
  database.inspect<Notice>("select run_id, kind from run_notices");

/** People hear once of each run that did not go as planned, and of nothing that did not happen. */
export function findFalseNotices(ledger: Ledger, notices: readonly Notice[]): string[] {
  const raised = Map.groupBy(notices, ({ run_id }) => run_id);
  const faults: string[] = [];
  for (const row of ledger.values()) {
    const kinds = (raised.get(row.id) ?? []).map(({ kind }) => kind).filter((kind) => kind !== "late");
    const due = dueKind(row);
    const said = kinds.filter((kind) => kind === due).length;
    if (due !== undefined && said !== 1) faults.push(`${name(row)} raised ${said} notices ${due}`);
    // What was unknown may become known; nothing else is taken back.
    const wrong = kinds.filter((kind) => kind !== due && kind !== "unknown");
    if (wrong.length > 0) faults.push(`${name(row)} raised ${wrong.join()}`);
  }
  return faults;
}

function dueKind({ state, generation }: LedgerRow): string | undefined {
  if (state === "succeeded") return generation > 0 ? "recovered" : undefined;
  return state === "missed" || state === "failed" || state === "unknown" ? state : undefined;
}
