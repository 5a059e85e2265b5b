import { schema, type Transaction } from "@pulsekeep/database";
import { and, eq, sql } from "drizzle-orm";
import type { PulseRow } from "./pulse-view.js";
import { ensureLane } from "./queue-run.js";

const { pulses, workers } = schema;

/** What the runs of a lane are done to. */
type LanePlace = {
  kind: PulseRow["kind"];
  repository: string | null;
  /** Of commits. */
  branch?: string | null;
  /** Of what starts one. */
  workflow?: string | undefined;
};

/**
 * The lane of a place: runs that write to one branch, or start one workflow, stay in order. A pulse keeps its lane when
 * its worker moves to another repository, so the lane of who does something there already comes before one by the name:
 * in two lanes the numbers would not grow together, and a worker refuses one that is lower than another before.
 */
export async function laneOf(
  tx: Transaction,
  worker: { id: string; workspaceId: string },
  place: LanePlace,
): Promise<string> {
  const { kind, repository, branch, workflow } = place;
  const [shared] = await tx
    .select({ laneId: pulses.laneId })
    .from(pulses)
    .innerJoin(workers, eq(workers.id, pulses.workerId))
    .where(
      and(
        eq(pulses.workerId, worker.id),
        eq(pulses.kind, kind),
        sql`coalesce(${pulses.targetRepository}, ${workers.repositoryFullName}) = ${repository}`,
        kind === "commit"
          ? sql`coalesce(${pulses.targetBranch}, ${workers.defaultBranch}) = ${branch}`
          : undefined,
        workflow === undefined ? undefined : sql`${pulses.change} ->> 'workflow' = ${workflow}`,
      ),
    )
    .orderBy(pulses.createdAt, pulses.id)
    .limit(1);
  return shared?.laneId ?? ensureLane(tx, { ...worker, target: targetOf(place) });
}

function targetOf({ kind, repository, branch, workflow }: LanePlace): string {
  if (workflow !== undefined) return `${kind}:${repository}/${workflow}`;
  return kind === "commit" ? `${repository}#${branch}` : `${kind}:${repository}`;
}
