export type { CronFault } from "./cron-field.js";
export { expandMissed, type MissedExpansion, type MissedRequest } from "./expand-missed.js";
export { nextRun, type PlannedRun, type PulseTiming, type RunRequest } from "./next-run.js";
export { PREVIEW_LIMIT, previewRuns } from "./preview-runs.js";
export { planRecoveries, type RecoveryPolicy, type RecoveryRequest, type RecoveryRules } from "./recovery.js";
export { findScheduleFault } from "./schedule-fault.js";
export { type CommitContent, type ContentRequest, commitContent, commitPath } from "./commit-content.js";
export { type CommitMessage, commitMessage, type MessageRequest, RECENT_SUBJECTS } from "./commit-message.js";
export { findTemplateFault, MESSAGE_PLACEHOLDERS, type TemplateFault } from "./message-template.js";
