import type { Pulse, Run } from "@pulsekeep/contracts/api/pulses";
import {
  commitChangeSchema,
  jitterSchema,
  messageSettingsSchema,
  restRulesSchema,
  scheduleSchema,
} from "@pulsekeep/contracts/schedule";
import type { schema } from "@pulsekeep/database";

export type PulseRow = typeof schema.pulses.$inferSelect;
export type RunRow = typeof schema.runs.$inferSelect;

export type RunContext = {
  pulseName: string | null;
  repositoryFullName: string | null;
  targetRepository: string | null;
  now: Date;
};

/** A run as the API shows it. `githubUrl` is where people look at GitHub. */
export function toRun(row: RunRow, context: RunContext, githubUrl: string): Run {
  const repository = context.targetRepository ?? context.repositoryFullName;
  const open = row.endedAt === null;
  return {
    id: row.id,
    pulseId: row.pulseId,
    pulseName: context.pulseName,
    workerId: row.workerId,
    kind: row.kind,
    state: row.state,
    late: open && row.lateAfter <= context.now,
    slot: row.slot,
    plannedAt: row.plannedAt.toISOString(),
    offeredAt: row.offeredAt?.toISOString() ?? null,
    claimedAt: row.claimedAt?.toISOString() ?? null,
    endedAt: row.endedAt?.toISOString() ?? null,
    attempts: row.attempts,
    commitSha: row.commitSha,
    commitUrl:
      row.commitSha !== null && repository !== null
        ? `${githubUrl}/${repository}/commit/${row.commitSha}`
        : null,
    reason: row.reason,
  };
}

/** A pulse as the API shows it. What was stored as JSON is parsed again by the schema that let it in. */
export function toPulse(row: PulseRow, lastRun: Run | null): Pulse {
  const jitter = jitterSchema.parse(row.jitter);
  return {
    id: row.id,
    name: row.name,
    kind: "commit",
    state: row.state,
    workerId: row.workerId,
    schedule: scheduleSchema.parse(row.schedule),
    timeZone: row.timeZone,
    jitter,
    rest: restRulesSchema.parse(row.rest),
    message: messageSettingsSchema.parse(row.message),
    change: commitChangeSchema.parse(row.change),
    target:
      row.targetRepository === null
        ? null
        : { repository: row.targetRepository, branch: row.targetBranch ?? "" },
    recovery: row.recovery,
    nextRun: nextRunOf(row, jitter.windowMinutes),
    lastRun,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

function nextRunOf(row: PulseRow, windowMinutes: number): Pulse["nextRun"] {
  if (row.state !== "active" || row.nextDueAt === null || row.nextNominalAt === null) return null;
  const latestMs = row.nextNominalAt.getTime() + windowMinutes * 60_000;
  return {
    plannedAt: row.nextDueAt.toISOString(),
    earliestAt: row.nextNominalAt.toISOString(),
    latestAt: new Date(Math.max(latestMs, row.nextDueAt.getTime())).toISOString(),
  };
}
