import { sql } from "drizzle-orm";
import type { Databases } from "../../platform/database.js";
import type { ListOpen } from "../../platform/reconciler.jobs.js";

/** Before every id. */
const FIRST = "00000000-0000-0000-0000-000000000000";

/** Lanes whose head waits to be offered: what `runs.queued` should hold, were nothing ever lost. */
export const listOpenLanes =
  (databases: Databases): ListOpen =>
  async ({ after, max }) => {
    const { rows } = await databases.engine.execute<{ lane_id: string }>(
      sql`select lane_id from (
            select distinct on (lane_id) lane_id, state from runs
            where ended_at is null and seq is not null and lane_id > ${after ?? FIRST}::uuid
            order by lane_id, seq
          ) heads where state = 'queued' order by lane_id limit ${max}`,
    );
    return rows.map(({ lane_id: laneId }) => ({ key: laneId, body: { laneId } }));
  };
