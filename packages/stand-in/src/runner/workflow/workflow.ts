import type { JobPermissions } from "../runner-host.js";

/** A workflow file after reading; text may still hold `${{ }}`. */
export interface Workflow {
  readonly name: string | undefined;
  readonly runName: string | undefined;
  readonly triggers: WorkflowTriggers;
  readonly permissions: JobPermissions | undefined;
  readonly env: TextMap;
  readonly defaults: RunDefaults;
  readonly concurrency: Concurrency | undefined;
  /** Each after the jobs that it needs. */
  readonly jobs: readonly WorkflowJob[];
}

export type TextMap = Readonly<Record<string, string>>;

export interface RunDefaults {
  readonly shell?: string;
  readonly workingDirectory?: string;
}

export interface Concurrency {
  readonly group: string;
  /** `true`, `false` or an expression. */
  readonly cancelInProgress: string;
}

export interface WorkflowTriggers {
  readonly schedule: readonly string[];
  readonly dispatchInputs: Readonly<Record<string, DispatchInput>> | undefined;
  /** Types listened to; empty is all; undefined is not listening. */
  readonly repositoryDispatchTypes: readonly string[] | undefined;
  /** Branch patterns; empty is all; undefined is not listening. */
  readonly pushBranches: readonly string[] | undefined;
}

export interface DispatchInput {
  readonly type: "string" | "boolean" | "choice" | "number" | "environment";
  readonly required: boolean;
  readonly default: string | undefined;
  readonly options: readonly string[];
}

export interface WorkflowJob {
  readonly key: string;
  readonly name: string | undefined;
  readonly needs: readonly string[];
  readonly if: string | undefined;
  readonly permissions: JobPermissions | undefined;
  readonly env: TextMap;
  readonly defaults: RunDefaults;
  readonly concurrency: Concurrency | undefined;
  readonly outputs: TextMap;
  readonly timeoutMinutes: string;
  readonly continueOnError: string;
  readonly steps: readonly WorkflowStep[];
}

export interface WorkflowStep {
  readonly id: string | undefined;
  readonly name: string | undefined;
  readonly if: string | undefined;
  readonly env: TextMap;
  readonly timeoutMinutes: string | undefined;
  readonly continueOnError: string;
  readonly action: StepAction;
}

export type StepAction =
  | {
      readonly kind: "run";
      readonly script: string;
      readonly shell: string | undefined;
      readonly workingDirectory: string | undefined;
    }
  | { readonly kind: "uses"; readonly uses: string; readonly with: TextMap };

/** The file is not a workflow that GitHub would take, or that this runner can run; `message` says where and why. */
export class WorkflowFileError extends Error {
  override readonly name = "WorkflowFileError";
}
