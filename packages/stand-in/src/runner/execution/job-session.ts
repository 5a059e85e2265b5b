import type { ExpressionScope, StatusSoFar } from "../expressions/evaluate-expression.js";
import { fillText } from "../expressions/expression-template.js";
import type { ExpressionObject } from "../expressions/expression-value.js";
import type { RunnerClock } from "../runner-host.js";
import type { TextMap, WorkflowJob } from "../workflow/workflow.js";
import type { JobCancellation } from "./job-cancellation.js";
import type { JobDirectory } from "./job-directory.js";
import type { JobLog } from "./job-log.js";
import type { SecretMasker } from "./secret-masker.js";
import { changeableVariables, fixedVariables } from "./step-environment.js";
import type { StepUser } from "./step-user.js";
import type { WorkflowCommands } from "./workflow-commands.js";

export interface JobSessionParts {
  readonly job: WorkflowJob;
  readonly directory: JobDirectory;
  readonly user: StepUser;
  readonly clock: RunnerClock;
  readonly log: JobLog;
  readonly masker: SecretMasker;
  readonly commands: WorkflowCommands;
  readonly cancellation: JobCancellation;
  readonly toolPath: string;
  readonly trackingId: string;
  /** `ACTIONS_ID_TOKEN_REQUEST_*`, only with `id-token: write`. */
  readonly oidcVariables: TextMap;
  /** All but `env`, `steps` and `job`, which change from step to step. */
  readonly contexts: ExpressionObject;
  readonly github: ExpressionObject;
  readonly shell: string | undefined;
  readonly workingDirectory: string | undefined;
}

/** What the steps of one job share and change. */
export class JobSession {
  readonly sessions = new Set<number>();
  private readonly path: string[] = [];
  private env: TextMap = {};
  private steps: ExpressionObject = {};
  private failed = false;

  constructor(readonly parts: JobSessionParts) {}

  get status(): StatusSoFar {
    if (this.parts.cancellation.requested) return "cancelled";
    return this.failed ? "failure" : "success";
  }

  get outputsScope(): ExpressionScope {
    return this.scope({});
  }

  scope(stepEnv: TextMap): ExpressionScope {
    const env = { ...this.env, ...stepEnv };
    const contexts = { ...this.parts.contexts, env, steps: this.steps, job: { status: this.status } };
    return { contexts, status: this.status };
  }

  /** Each value may use the variables of the wider levels, not its siblings. */
  fillEnv(env: TextMap): TextMap {
    const scope = this.scope({});
    return Object.fromEntries(Object.entries(env).map(([name, text]) => [name, fillText(text, scope)]));
  }

  setVariables(variables: Iterable<readonly [string, string]>): void {
    this.env = { ...this.env, ...Object.fromEntries(variables) };
  }

  addPaths(paths: readonly string[]): void {
    for (const path of paths) this.path.unshift(path);
  }

  recordStep(
    id: string | undefined,
    result: { outcome: string; conclusion: string; outputs: TextMap },
  ): void {
    if (id !== undefined) this.steps = { ...this.steps, [id]: result };
    if (result.conclusion === "failure") this.failed = true;
  }

  fail(): void {
    this.failed = true;
  }

  /** The whole environment of a step's process. */
  environment(stepEnv: TextMap, files: TextMap): TextMap {
    const { directory, github, toolPath, trackingId, oidcVariables } = this.parts;
    const own: TextMap = { ...this.env, ...stepEnv };
    return {
      ...changeableVariables(directory),
      ...own,
      PATH: [...this.path, own["PATH"] ?? toolPath].join(":"),
      ...fixedVariables(github, directory),
      ...files,
      ...oidcVariables,
      RUNNER_TRACKING_ID: trackingId,
    };
  }
}
