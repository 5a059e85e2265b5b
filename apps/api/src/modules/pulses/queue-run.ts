import { schema, type Transaction } from "@pulsekeep/database";
import { and, eq, sql } from "drizzle-orm";
import { newId } from "../../platform/ids.js";
import { takeSeqs } from "./planner.jobs.js";
import type { PulseRow } from "./pulse-view.js";
import { LATE_AFTER_SECONDS, WINDOW_SECONDS } from "./run-rules.js";

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
): Promise<void> {
  const seq = await takeSeqs(tx, run.laneId, 1);
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
    lateAfter: sql`clock_timestamp() + make_interval(secs => ${LATE_AFTER_SECONDS})`,
    windowEndsAt: sql`clock_timestamp() + make_interval(secs => ${WINDOW_SECONDS})`,
    nextActionAt: sql`clock_timestamp()`,
  });
}
