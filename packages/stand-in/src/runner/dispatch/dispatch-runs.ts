import type { WorkflowRun } from "../execution/run-workflow.js";
import type { DispatchRequest, RunnerClock, RunnerHost, WorkflowRunRecord } from "../runner-host.js";
import { WorkflowFileError } from "../workflow/workflow.js";
import { readDispatchInputs, type DispatchInputs } from "./dispatch-inputs.js";
import { describePayload } from "./event-payload.js";
import { prepareRun } from "./prepare-run.js";
import { selectWorkflows, type Refusal, type SelectedWorkflow } from "./select-workflows.js";

export interface DispatchedRun {
  readonly record: WorkflowRunRecord;
  readonly run?: WorkflowRun;
}

function readInputs({ workflow }: SelectedWorkflow, request: DispatchRequest): DispatchInputs {
  const declared = workflow instanceof WorkflowFileError ? undefined : workflow.triggers.dispatchInputs;
  const applies = request.event === "workflow_dispatch" && declared !== undefined;
  return applies ? readDispatchInputs(declared, request.inputs ?? {}) : { ok: true, typed: {}, texts: {} };
}

/** Finds what the event starts and records it as queued; starts nothing yet. */
export async function dispatchRuns(
  request: DispatchRequest,
  services: { host: RunnerHost; clock: RunnerClock },
): Promise<{ readonly ok: true; readonly runs: readonly DispatchedRun[] } | Refusal> {
  const { host } = services;
  const branch = (request.ref ?? request.repository.defaultBranch).replace(/^refs\/heads\//, "");
  const sha = await host.findHeadSha(request.repository, branch);
  if (sha === undefined) {
    return { ok: false, reason: "ref_not_found", message: `No ref found for: ${request.ref ?? branch}` };
  }
  const selection = await selectWorkflows(host, request, { branch, sha });
  if (!selection.ok) return selection;
  const runs: DispatchedRun[] = [];
  for (const selected of selection.selected) {
    const inputs = readInputs(selected, request);
    if (!inputs.ok) return { ok: false, reason: "inputs_invalid", message: inputs.message };
    const payload = describePayload(request, { branch, sha, inputs: inputs.texts });
    const plan = { request, branch, sha, payload, inputs: inputs.typed };
    runs.push(await prepareRun(selected, plan, services));
  }
  return { ok: true, runs };
}
