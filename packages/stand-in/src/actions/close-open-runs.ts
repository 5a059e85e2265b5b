import type { StandInContext } from "../context.js";

/** Runs that were under way when the process ended have lost their jobs: they end as cancelled. */
export function closeOpenRuns(context: StandInContext): void {
  const at = new Date(context.now()).toISOString();
  for (const run of context.store.runs.listOpen()) {
    const jobs = run.jobs.map((job) =>
      job.status === "completed"
        ? job
        : { ...job, status: "completed" as const, conclusion: "cancelled" as const, completedAt: at },
    );
    context.store.runs.put(
      { ...run, status: "completed", conclusion: "cancelled", completedAt: at, updatedAt: at, jobs },
      context.now(),
    );
  }
}
