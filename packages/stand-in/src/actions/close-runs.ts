import type { StandInContext } from "../context.js";
import type { WorkflowRunRecord } from "../runner/runner-host.js";

/** Runs that were under way when an earlier process ended have lost their jobs: they end as cancelled. */
export function closeRuns(context: StandInContext, runs: readonly WorkflowRunRecord[]): void {
  const at = new Date(context.now()).toISOString();
  const cancelled = { status: "completed", conclusion: "cancelled", completedAt: at } as const;
  for (const run of runs) {
    const jobs = run.jobs.map((job) => (job.status === "completed" ? job : { ...job, ...cancelled }));
    context.store.runs.put({ ...run, ...cancelled, updatedAt: at, jobs }, context.now());
  }
}
