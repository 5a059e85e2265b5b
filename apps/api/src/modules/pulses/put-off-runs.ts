import type { Statement, Statements } from "@pulsekeep/database";
import { instantArray, uuidArray } from "../../platform/binary-array.js";
import type { NewRun } from "./plan-pulse.js";

/** Says when planned runs are queued, and of those that are late already that they are. $1 runs, $2 instants. */
const putOff: Statement = {
  name: "put_off_runs",
  text: `with waiting as (
      update runs r set next_action_at = t.at from unnest($1::uuid[], $2::timestamptz[]) as t (id, at)
      where r.id = t.id and r.state = 'planned'
      returning r.id, r.workspace_id, r.pulse_id, r.late_after
    )
    insert into run_notices (run_id, kind, workspace_id, pulse_id, reason)
    select id, 'late', workspace_id, pulse_id, 'server_was_down' from waiting where late_after <= clock_timestamp()
    on conflict do nothing`,
};

/** Of runs that were just written, those that begin at another instant than they were planned for. */
export async function putOffRuns(db: Statements, runs: readonly NewRun[]): Promise<void> {
  const waiting = runs.flatMap(({ id, startAt }) => (startAt ? [{ id, startAt }] : []));
  if (waiting.length === 0) return;
  await db.run(putOff, [
    uuidArray(waiting.map(({ id }) => id)),
    instantArray(waiting.map(({ startAt }) => startAt)),
  ]);
}
