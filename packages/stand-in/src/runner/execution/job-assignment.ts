import type { ExpressionObject } from "../expressions/expression-value.js";
import type { RunnerClock, RunnerHost } from "../runner-host.js";
import type { Workflow, WorkflowJob } from "../workflow/workflow.js";
import type { JobCancellation } from "./job-cancellation.js";
import type { RunFacts } from "./job-facts.js";
import type { RunRecorder } from "./run-recorder.js";
import type { Workplace } from "./workplace.js";

export interface JobAssignment {
  readonly facts: RunFacts;
  readonly workflow: Workflow;
  readonly job: WorkflowJob;
  readonly number: number;
  /** Contexts that are known before the job starts: `inputs`, `vars`, `needs`. */
  readonly contexts: ExpressionObject;
  readonly cancellation: JobCancellation;
  readonly recorder: RunRecorder;
}

export interface JobServices {
  readonly host: RunnerHost;
  readonly clock: RunnerClock;
  readonly workplace: Workplace;
}
