import { sql } from "drizzle-orm";
import type { Databases } from "../../platform/database.js";
import type { ListOpen } from "../../platform/reconciler.jobs.js";

/** Before every id. */
const FIRST = "00000000-0000-0000-0000-000000000000";

/**
 * Lanes whose head waits for its worker: what `runs.queued` should hold, were nothing ever lost. Goes from head to
 * head by the index, so a page costs what it holds: `distinct on` would sort all that is open, for each page.
 */
export const listOpenLanes =
  (databases: Databases): ListOpen =>
  async ({ after, max }) => {
    const { rows } = await databases.engine.execute<{ lane_id: string; worker_id: string }>(
      sql`with recursive heads as (
            (${headAfter(sql`${after ?? FIRST}::uuid`)})
            union all
            select next.* from heads cross join lateral (${headAfter(sql`heads.lane_id`)}) next
          )
          select lane_id, worker_id from heads where state = 'queued' limit ${max}`,
    );
    return rows.map(({ lane_id: key, worker_id: workerId }) => ({ key, body: { workerId } }));
  };

const headAfter = (lane: ReturnType<typeof sql>) =>
  sql`select lane_id, worker_id, state from runs where ended_at is null and seq is not null and lane_id > ${lane}
      order by lane_id, seq limit 1`;
