import { nextRun, type PlannedRun, type RunRequest } from "./next-run.js";

export const PREVIEW_LIMIT = 50;

/**
 * Lists the next runs, exactly those that planning will make.
 * @param request.count 1 to `PREVIEW_LIMIT`; fewer runs come back when the schedule ends.
 * @throws RangeError as `nextRun` does, and for a count out of range.
 */
export function previewRuns(request: RunRequest & { count: number }): PlannedRun[] {
  const { count } = request;
  if (!Number.isInteger(count) || count < 1 || count > PREVIEW_LIMIT) {
    throw new RangeError(`A preview holds 1 to ${PREVIEW_LIMIT} runs.`);
  }
  const runs: PlannedRun[] = [];
  let run = nextRun(request);
  while (run !== undefined) {
    runs.push(run);
    if (runs.length === count) break;
    run = nextRun({ ...request, after: run.occurrenceAt });
  }
  return runs;
}
