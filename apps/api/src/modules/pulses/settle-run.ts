import type { ReportRequest, RunOutcome } from "@pulsekeep/contracts/worker-protocol";
import { schema, type Transaction } from "@pulsekeep/database";
import { and, eq, sql } from "drizzle-orm";
import { AppError } from "../../http/app-error.js";
import type { RunRow } from "./pulse-view.js";
import { giveBackCommit } from "./give-back-commit.js";
import { LEASE_EXPIRED, MAX_ATTEMPTS, type RunRules } from "./run-rules.js";

const { runNotices, runs } = schema;

/** Nothing is known of it but that its lease ran out: the report that comes late decides. */
export const isUndecided = (run: RunRow): boolean => run.state === "unknown" && run.reason === LEASE_EXPIRED;

/** A failure that time may cure goes back to the queue while attempts and time are left; everything else ends the run. */
export async function settleRun(
  tx: Transaction,
  run: RunRow,
  { report: { result }, rules }: { report: ReportRequest; rules: RunRules },
): Promise<RunRow> {
  const change = result.outcome === "failed" && mayRetry(run) ? retry(run, result, rules) : end(run, result);
  const [changed] = await tx
    .update(runs)
    .set({ ...change, leaseExpiresAt: null })
    .where(and(eq(runs.id, run.id), eq(runs.fence, run.fence)))
    .returning();
  if (!changed) throw new AppError("stale_claim");
  await raiseNotice(tx, changed);
  if (hadNoEffect(changed)) await giveBackCommit(tx, changed);
  return changed;
}

/** Of an earlier claim that nobody reported, nobody knows. */
const hadNoEffect = (run: RunRow): boolean => run.state === "failed" && run.attempts === 1;

async function raiseNotice(tx: Transaction, run: RunRow): Promise<void> {
  const kind =
    run.state === "failed" || run.state === "unknown"
      ? run.state
      : run.state === "succeeded" && run.generation > 0
        ? "recovered"
        : undefined;
  if (kind === undefined) return;
  const { id: runId, workspaceId, pulseId, reason } = run;
  await tx.insert(runNotices).values({ runId, kind, workspaceId, pulseId, reason }).onConflictDoNothing();
}

/** Not for ever, and not for a pulse that was deleted while its run was claimed. */
const mayRetry = (run: RunRow): boolean =>
  run.endedAt === null && run.attempts < MAX_ATTEMPTS && (run.kind === "verify" || run.pulseId !== null);

/**
 * Nobody reported an earlier attempt, which may have done it: a later one that failed says nothing of that. Only
 * one that succeeded, or found it done, does.
 */
const wasLost = (run: RunRow): boolean => run.reason === LEASE_EXPIRED;

const ended = () => ({ endedAt: sql`clock_timestamp()`, nextActionAt: null });

/** Where its window would be over before the next attempt, it would hold up its lane for nothing: it ends here. */
function retry(run: RunRow, result: Extract<RunOutcome, { outcome: "failed" }>, rules: RunRules) {
  // One instant for the whole statement: all columns must say the same.
  const againAt = sql`statement_timestamp() + make_interval(secs => ${rules.backoffSeconds(run.attempts)})`;
  const inTime = sql`${againAt} < ${runs.windowEndsAt}`;
  return {
    state: sql`case when ${inTime} then 'queued' else ${wasLost(run) ? "unknown" : "failed"} end`,
    reason: wasLost(run) ? LEASE_EXPIRED : result.reason.code,
    nextActionAt: sql`case when ${inTime} then ${againAt} end`,
    endedAt: sql`case when not ${inTime} then statement_timestamp() end`,
  };
}

function end(run: RunRow, result: RunOutcome) {
  const base = ended();
  switch (result.outcome) {
    case "succeeded":
    case "already_done":
      return { ...base, state: "succeeded" as const, commitSha: result.commitSha, reason: null };
    case "failed":
    case "refused":
      return wasLost(run)
        ? { ...base, state: "unknown" as const, reason: LEASE_EXPIRED }
        : { ...base, state: "failed" as const, reason: result.reason.code };
    case "unknown":
      return { ...base, state: "unknown" as const, reason: result.reason.code };
  }
}
