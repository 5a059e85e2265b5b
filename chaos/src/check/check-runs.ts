import type { Facts, RunFact } from "./facts.ts";
import type { Violation } from "./violation.ts";

const TERMINAL = new Set(["succeeded", "failed", "missed", "cancelled", "skipped", "unknown"]);
/** A recovery may lie in the future, or have begun while the last things were awaited; nothing else may be left. */
const isAhead = (run: RunFact, settledAt: Date): boolean =>
  run.generation > 0 && run.endedAt === null && run.plannedAt.getTime() > settledAt.getTime();

/** Each run is in exactly one terminal state; what ended as missed is what nobody did, and was said once. */
export function checkRuns({ log, runs, notices, settledAt }: Facts): Violation[] {
  const effects = new Set(log.flatMap((entry) => (entry.kind === "effect" ? [entry.run] : [])));
  const missedNotices = Map.groupBy(
    notices.filter(({ kind }) => kind === "missed"),
    ({ runId }) => runId,
  );
  const byId = new Map(runs.map((run) => [run.id, run]));
  const found = runs.flatMap((run) => {
    if (isAhead(run, settledAt)) return [];
    const hasEffect = effects.has(run.id);
    const told = missedNotices.get(run.id)?.length ?? 0;
    const faults = [
      !TERMINAL.has(run.state) && "not_ended",
      TERMINAL.has(run.state) && (run.endedAt === null || run.nextActionAt !== null) && "ended_by_half",
      run.state === "missed" && hasEffect && "missed_but_done",
      run.state === "failed" && hasEffect && "failed_but_done",
      run.state === "succeeded" && !hasEffect && "succeeded_but_not_done",
      run.state === "missed" && told === 0 && "missed_without_notice",
      told > 1 && "missed_notice_twice",
      run.state !== "missed" && told > 0 && "notice_of_a_run_not_missed",
      run.recoversRunId !== null && byId.get(run.recoversRunId)?.state !== "missed" && "recovers_nothing",
    ];
    return faults.flatMap((rule) =>
      rule === false ? [] : [{ rule, run: run.id, detail: `${run.state}, ${run.reason ?? "no reason"}` }],
    );
  });
  return found;
}
