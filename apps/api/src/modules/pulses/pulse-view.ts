import {
  type Pulse,
  type PulseCondition,
  type Run,
  type RunState,
  recurringKindSchema,
} from "@pulsekeep/contracts/api/pulses";
import {
  jitterSchema,
  messageSettingsSchema,
  restRulesSchema,
  scheduleSchema,
} from "@pulsekeep/contracts/schedule";
import type { RunReason } from "@pulsekeep/contracts/run-reasons";
import type { schema } from "@pulsekeep/database";
import { latestOf } from "./pulse-cursor.js";
import { readTask } from "./pulse-task.js";

export type PulseRow = typeof schema.pulses.$inferSelect;
export type RunRow = typeof schema.runs.$inferSelect;

export type RunContext = {
  pulseName: string | null;
  repositoryFullName: string | null;
  targetRepository: string | null;
  nextCheckInAt: Date | null;
  recoveredBy: Recovery | null;
  now: Date;
};

type Recovery = { runId: string; state: RunState; plannedAt: Date };

/** A run as the API shows it. `githubUrl` is where people look at GitHub. */
export function toRun(row: RunRow, context: RunContext, githubUrl: string): Run {
  const repository = context.targetRepository ?? context.repositoryFullName;
  const open = row.endedAt === null;
  const late = open && row.lateAfter <= context.now;
  return {
    id: row.id,
    pulseId: row.pulseId,
    pulseName: context.pulseName,
    workerId: row.workerId,
    kind: row.kind,
    state: row.state,
    late,
    slot: row.slot,
    nominalAt: row.nominalAt.toISOString(),
    plannedAt: row.plannedAt.toISOString(),
    lateAfter: row.lateAfter.toISOString(),
    windowEndsAt: row.windowEndsAt.toISOString(),
    retryAt: row.state === "queued" && row.attempts > 0 ? (row.nextActionAt?.toISOString() ?? null) : null,
    workerNextCheckInAt: open ? (context.nextCheckInAt?.toISOString() ?? null) : null,
    generation: row.generation,
    recoversRunId: row.recoversRunId,
    recoveredBy: context.recoveredBy && {
      ...context.recoveredBy,
      plannedAt: context.recoveredBy.plannedAt.toISOString(),
    },
    offeredAt: row.offeredAt?.toISOString() ?? null,
    claimedAt: row.claimedAt?.toISOString() ?? null,
    endedAt: row.endedAt?.toISOString() ?? null,
    attempts: row.attempts,
    commitSha: row.commitSha,
    commitUrl:
      row.commitSha !== null && repository !== null
        ? `${githubUrl}/${repository}/commit/${row.commitSha}`
        : null,
    reason: row.reason ?? (late ? reasonToWait(row.state) : null),
  };
}

/** Why a late run has not begun, as far as the ledger knows. */
function reasonToWait(state: RunState): RunReason {
  if (state === "claimed") return "in_progress";
  // What is planned in time is queued by then.
  if (state === "planned") return "server_was_down";
  return state === "offered" ? "waits_for_worker" : "waits_for_turn";
}

/** What the runs of a pulse say about it: whether one is late, and how the last decided one ended. */
export type RunSigns = { late: boolean; lastOutcome: RunState | null };

/** How a pulse is, in the one word that people ask for; see the contract. */
function conditionOf(pulse: Pick<PulseRow, "state" | "nextDueAt">, signs: RunSigns): PulseCondition {
  if (pulse.state !== "active") return pulse.state;
  if (signs.late) return "late";
  if (signs.lastOutcome !== null && signs.lastOutcome !== "succeeded") return "failed";
  return pulse.nextDueAt === null ? "active" : "planned";
}

/** A pulse as the API shows it. What was stored as JSON is parsed again by the schema that let it in. */
export function toPulse(row: PulseRow, lastRun: Run | null, signs: RunSigns): Pulse {
  return {
    id: row.id,
    name: row.name,
    kind: recurringKindSchema.parse(row.kind),
    state: row.state,
    condition: conditionOf(row, signs),
    workerId: row.workerId,
    schedule: scheduleSchema.parse(row.schedule),
    timeZone: row.timeZone,
    jitter: jitterSchema.parse(row.jitter),
    rest: restRulesSchema.parse(row.rest),
    message: messageSettingsSchema.parse(row.message),
    ...readTask(row),
    target:
      row.targetRepository === null
        ? null
        : { repository: row.targetRepository, branch: row.targetBranch ?? "" },
    recovery: row.recovery,
    nextRun: nextRunOf(row),
    lastRun,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

function nextRunOf(row: PulseRow): Pulse["nextRun"] {
  const { nextDueAt, nextNominalAt } = row;
  if (row.state !== "active" || nextDueAt === null || nextNominalAt === null) return null;
  return {
    plannedAt: nextDueAt.toISOString(),
    earliestAt: nextNominalAt.toISOString(),
    latestAt: latestOf({ ...row, nextDueAt, nextNominalAt }).toISOString(),
  };
}
