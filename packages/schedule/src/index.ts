export type { CronFault } from "./cron-field.js";
export { nextRun, type PlannedRun, type PulseTiming, type RunRequest } from "./next-run.js";
export { PREVIEW_LIMIT, previewRuns } from "./preview-runs.js";
export { findScheduleFault } from "./schedule-fault.js";
