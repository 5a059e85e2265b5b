import { schema, type Transaction } from "@pulsekeep/database";
import { and, eq, sql } from "drizzle-orm";
import { newId } from "../../platform/ids.js";
import type { PulseRow } from "./pulse-view.js";
import { FIRST_LOOK_SECONDS, type RunRules } from "./run-rules.js";

const { runs, lanes } = schema;

/** The lane of a worker and target; made at the first call. */
export async function ensureLane(
  tx: Transaction,
  { id: workerId, workspaceId, target }: { id: string; workspaceId: string; target: string },
): Promise<string> {
  await tx
    .insert(lanes)
    .values({ id: newId(), workspaceId, workerId, target })
    .onConflictDoNothing({ target: [lanes.workerId, lanes.target] });
  const [lane] = await tx
    .select({ id: lanes.id })
    .from(lanes)
    .where(and(eq(lanes.workerId, workerId), eq(lanes.target, target)));
  if (!lane) throw new Error(`Lane ${target} of worker ${workerId} was not kept`);
  return lane.id;
}

/** Puts one run at the end of its lane, due now. */
export async function insertQueuedRun(
  tx: Transaction,
  run: {
    runId: string;
    workspaceId: string;
    workerId: string;
    pulseId: string | null;
    laneId: string;
    kind: PulseRow["kind"];
    slot: string;
  },
  rules: RunRules,
): Promise<void> {
  const seq = await takeSeq(tx, run.laneId);
  await tx.insert(runs).values({
    id: run.runId,
    workspaceId: run.workspaceId,
    workerId: run.workerId,
    pulseId: run.pulseId,
    laneId: run.laneId,
    kind: run.kind,
    state: "queued",
    slot: run.slot,
    seq,
    nominalAt: sql`clock_timestamp()`,
    plannedAt: sql`clock_timestamp()`,
    lateAfter: sql`clock_timestamp() + make_interval(secs => ${rules.lateSeconds})`,
    windowEndsAt: sql`clock_timestamp() + make_interval(secs => ${rules.windowSeconds})`,
    nextActionAt: sql`clock_timestamp() + make_interval(secs => ${FIRST_LOOK_SECONDS})`,
  });
}

/** Takes the next number of the lane's order. */
async function takeSeq(tx: Transaction, laneId: string): Promise<number> {
  const [lane] = await tx
    .update(lanes)
    .set({ nextSeq: sql`${lanes.nextSeq} + 1` })
    .where(eq(lanes.id, laneId))
    .returning({ seq: sql<string>`${lanes.nextSeq} - 1` });
  if (!lane) throw new Error(`Lane ${laneId} does not exist`);
  return Number(lane.seq);
}
