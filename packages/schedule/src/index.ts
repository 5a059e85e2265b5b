export type { CronFault } from "./cron-field.js";
export { nextRun, type PlannedRun, type PulseTiming, type RunRequest } from "./next-run.js";
export { PREVIEW_LIMIT, previewRuns } from "./preview-runs.js";
export { findScheduleFault } from "./schedule-fault.js";
export { type CommitContent, type ContentRequest, commitContent, commitPath } from "./commit-content.js";
export { type CommitMessage, commitMessage, type MessageRequest, RECENT_SUBJECTS } from "./commit-message.js";
export { findTemplateFault, MESSAGE_PLACEHOLDERS, type TemplateFault } from "./message-template.js";
