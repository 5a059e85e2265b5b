import { commitChangeSchema, messageSettingsSchema } from "@pulsekeep/contracts/schedule";
import { type PulseAction, pulseActionSchema } from "@pulsekeep/contracts/worker-protocol";
import { schema, type Transaction } from "@pulsekeep/database";
import { commitContent, commitMessage, commitPath, RECENT_SUBJECTS } from "@pulsekeep/schedule";
import { and, desc, eq, isNotNull, ne, sql } from "drizzle-orm";
import type { RunRow } from "./pulse-view.js";
import { streakOf } from "./streak.js";

const { pulses, runs, workers } = schema;

/**
 * Writes what the signal of a claimed run says. It is fixed at the first claim and read from the row after
 * that, so that a second try asks for the very same commit. Undefined when no worker could do it: its
 * repository is not known, or something in it breaks the rules for signals.
 */
export async function writeAction(tx: Transaction, run: RunRow): Promise<PulseAction | undefined> {
  const params = run.params ?? (run.kind === "commit" ? await findCommit(tx, run) : {});
  const action = pulseActionSchema.safeParse({ kind: run.kind, params });
  return action.success ? action.data : undefined;
}

async function findCommit(
  tx: Transaction,
  run: RunRow,
): Promise<Extract<PulseAction, { kind: "commit" }>["params"] | undefined> {
  if (run.pulseId === null) return undefined;
  const [found] = await tx
    .select({ pulse: pulses, worker: workers })
    .from(pulses)
    .innerJoin(workers, eq(workers.id, pulses.workerId))
    .where(eq(pulses.id, run.pulseId));
  const { pulse, worker } = found ?? {};
  if (!pulse || !worker?.repositoryFullName || !worker.authorName || !worker.authorEmail) return undefined;
  const at = run.claimedAt ?? new Date();
  const history = await readHistory(tx, { pulseId: pulse.id, timeZone: pulse.timeZone });
  const change = commitChangeSchema.parse(pulse.change);
  const { subject, message } = commitMessage({
    settings: messageSettingsSchema.parse(pulse.message),
    seed: run.id,
    at,
    timeZone: pulse.timeZone,
    changeKind: change.kind,
    file: commitPath({ change, at, timeZone: pulse.timeZone }),
    pulseName: pulse.name,
    streakDays: history.streakDays,
    recent: history.subjects,
  });
  const content = commitContent({
    change,
    at,
    timeZone: pulse.timeZone,
    subject,
    runCount: history.runCount + 1,
    streakDays: history.streakDays,
  });
  const [owner, repo] = (pulse.targetRepository ?? worker.repositoryFullName).split("/");
  return {
    owner: owner ?? "",
    repo: repo ?? "",
    branch: pulse.targetBranch ?? worker.defaultBranch ?? "main",
    ...content,
    message,
    author: { name: worker.authorName, email: worker.authorEmail },
    authoredAt: at.toISOString(),
    timeZone: pulse.timeZone,
  };
}

async function readHistory(tx: Transaction, { pulseId, timeZone }: { pulseId: string; timeZone: string }) {
  const recent = await tx
    .select({ message: sql<string>`${runs.params} ->> 'message'` })
    .from(runs)
    .where(and(eq(runs.pulseId, pulseId), isNotNull(runs.params)))
    .orderBy(desc(runs.plannedAt))
    .limit(RECENT_SUBJECTS);
  const localDay = sql<string>`(${runs.endedAt} at time zone ${timeZone})::date`;
  const days = await tx
    .selectDistinct({
      day: sql<string>`${localDay}::text`,
      ago: sql<number>`((now() at time zone ${timeZone})::date - ${localDay})::int`,
    })
    .from(runs)
    .where(and(eq(runs.pulseId, pulseId), eq(runs.state, "succeeded"), ne(runs.kind, "verify")))
    .orderBy(sql`2`)
    .limit(400);
  const [{ count } = { count: 0 }] = await tx
    .select({ count: sql<number>`count(*)::int` })
    .from(runs)
    .where(and(eq(runs.pulseId, pulseId), eq(runs.state, "succeeded")));
  return {
    subjects: recent.flatMap(({ message }) => message?.split("\n")[0] ?? []).reverse(),
    streakDays: streakOf(days.map(({ ago }) => ago)),
    runCount: count,
  };
}
