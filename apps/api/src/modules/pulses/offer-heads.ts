import type { Statement, Statements } from "@pulsekeep/database";
import { uuidArray } from "../../platform/binary-array.js";
import { FIRST_LOOK_SECONDS } from "./run-rules.js";

export type OfferedRun = { id: string; worker_id: string; workspace_id: string };

/**
 * Offers the head of each lane that is queued and not in backoff: the lowest number of those that have not ended.
 * A head that somebody else has locked is left to them, so that two who offer never wait for each other. At its first
 * look it has been claimable since it was written, but for moments; later, another stood before it or failed. $1 lanes.
 */
const offerHeadsOf: Statement = {
  name: "offer_heads",
  text: `with heads as (
      select r.id from unnest($1::uuid[]) as lane (id)
      cross join lateral (
        select id, state, attempts, next_action_at from runs
        where lane_id = lane.id and ended_at is null and seq is not null order by seq limit 1
      ) head
      join runs r on r.id = head.id
      where r.state = 'queued' and (r.attempts = 0 or r.next_action_at <= clock_timestamp())
      for update of r skip locked
    )
    update runs r set state = 'offered', offered_at = case
      when r.attempts = 0 and r.next_action_at <= r.created_at + interval '${2 * FIRST_LOOK_SECONDS} s' then r.created_at
      else clock_timestamp() end
    from heads where r.id = heads.id and r.state = 'queued'
    returning r.id, r.worker_id, r.workspace_id`,
};

/**
 * Says of what stands at the head of its lane that it waits for its worker. A worker that asks gets it without
 * that too. Harmless to repeat: a lane whose head is offered or claimed already is left alone.
 */
export async function offerHeads(db: Statements, laneIds: readonly string[]): Promise<OfferedRun[]> {
  return laneIds.length === 0 ? [] : db.run<OfferedRun>(offerHeadsOf, [uuidArray(laneIds)]);
}
