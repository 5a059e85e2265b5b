import type { ReportRequest, RunOutcome } from "@pulsekeep/contracts/worker-protocol";
import { schema, type Transaction } from "@pulsekeep/database";
import { and, eq, sql } from "drizzle-orm";
import { AppError } from "../../http/app-error.js";
import type { RunRow } from "./pulse-view.js";
import { backoffSeconds, LEASE_EXPIRED, MAX_ATTEMPTS } from "./run-rules.js";

const { runs } = schema;

/** Nothing is known of it but that its lease ran out: the report that comes late decides. */
export const isUndecided = (run: RunRow): boolean => run.state === "unknown" && run.reason === LEASE_EXPIRED;

/** A failure that time may cure goes back to the queue while attempts are left; everything else ends the run. */
export async function settleRun(tx: Transaction, run: RunRow, { result }: ReportRequest): Promise<RunRow> {
  const change = result.outcome === "failed" && mayRetry(run) ? retry(run, result) : end(result);
  const [changed] = await tx
    .update(runs)
    .set({ ...change, leaseExpiresAt: null })
    .where(and(eq(runs.id, run.id), eq(runs.fence, run.fence)))
    .returning();
  if (!changed) throw new AppError("stale_claim");
  return changed;
}

/** Not for ever, and not for a pulse that was deleted while its run was claimed. */
const mayRetry = (run: RunRow): boolean =>
  run.endedAt === null && run.attempts < MAX_ATTEMPTS && (run.kind === "verify" || run.pulseId !== null);

export const ended = () => ({ endedAt: sql`clock_timestamp()`, nextActionAt: null });

const retry = (run: RunRow, result: Extract<RunOutcome, { outcome: "failed" }>) => ({
  state: "queued" as const,
  reason: result.reason.code,
  nextActionAt: sql`clock_timestamp() + make_interval(secs => ${backoffSeconds(run.attempts)})`,
});

function end(result: RunOutcome) {
  const base = ended();
  switch (result.outcome) {
    case "succeeded":
    case "already_done":
      return { ...base, state: "succeeded" as const, commitSha: result.commitSha, reason: null };
    case "failed":
    case "refused":
      return { ...base, state: "failed" as const, reason: result.reason.code };
    case "unknown":
      return { ...base, state: "unknown" as const, reason: result.reason.code };
  }
}
