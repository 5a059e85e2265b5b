import type { Statement, Statements } from "@pulsekeep/database";
import { bigintArray, uuidArray } from "../../platform/binary-array.js";

/** $1 lanes. All lock lanes in one order, so that no two wait for each other. */
const lockLanes: Statement = {
  name: "lock_lanes",
  text: "select id, next_seq::float8 as next_seq from lanes where id = any($1::uuid[]) order by id for update",
};

/** $1 lanes, $2 their next numbers. */
const moveLanes: Statement = {
  name: "move_lanes",
  text: `update lanes l set next_seq = t.next_seq from unnest($1::uuid[], $2::bigint[]) as t (id, next_seq)
    where l.id = t.id`,
};

/**
 * Takes one number of its lane's order for each entry, in the given order. Whatever the transaction does with them
 * need not wait until the lanes are moved, which `moved` is about.
 *
 * @throws Error when a lane does not exist
 */
export async function takeSeqs(
  db: Statements,
  laneIds: readonly string[],
): Promise<{ seqs: number[]; moved: Promise<unknown> }> {
  if (laneIds.length === 0) return { seqs: [], moved: Promise.resolve() };
  const lanes = await db.run<{ id: string; next_seq: number }>(lockLanes, [uuidArray([...new Set(laneIds)])]);
  const next = new Map(lanes.map(({ id, next_seq }) => [id, next_seq]));
  const seqs = laneIds.map((laneId) => {
    const seq = next.get(laneId);
    if (seq === undefined) throw new Error(`Lane ${laneId} does not exist`);
    next.set(laneId, seq + 1);
    return seq;
  });
  const moved = db.run(moveLanes, [uuidArray([...next.keys()]), bigintArray([...next.values()])]);
  moved.catch(() => undefined);
  return { seqs, moved };
}
