import type { RollbackParams } from "@pulsekeep/contracts/worker-protocol";
import type { Action } from "./action.js";
import type { AllowList } from "./allow-list.js";
import { RUN_INPUT } from "./run-input.js";

export type StartAction = Extract<Action, { kind: "dispatch" | "rollback" }>;

/** A workflow to start, with everything that it is given. */
export interface WorkflowStart {
  owner: string;
  repo: string;
  workflow: string;
  inputs: Readonly<Record<string, string>>;
}

/**
 * What an action starts: the same for the check of the user's bounds and for the effect. A rollback is told its
 * deployment's facts and nothing else; the run's id goes along where the user's list has a place for it.
 */
export function startOf(
  action: StartAction,
  allow: Pick<AllowList, "workflows">,
  runId: string,
): WorkflowStart {
  const { owner, repo, workflow } = action.params;
  const inputs = action.kind === "dispatch" ? { ...action.params.inputs } : factsOf(action.params);
  if (Object.hasOwn(allow.workflows[workflow]?.inputs ?? {}, RUN_INPUT)) inputs[RUN_INPUT] = runId;
  return { owner, repo, workflow, inputs };
}

function factsOf({ environment, deploymentId, expectedSha }: RollbackParams): Record<string, string> {
  return { environment, deployment_id: deploymentId, expected_sha: expectedSha };
}
