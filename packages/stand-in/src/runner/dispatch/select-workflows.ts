import { matchesGlob } from "node:path";
import { listWorkflowPaths } from "../workflow/list-workflow-paths.js";
import { parseWorkflow } from "../workflow/parse-workflow.js";
import { WorkflowFileError, type Workflow, type WorkflowTriggers } from "../workflow/workflow.js";
import type { DispatchRefusal, DispatchRequest, RunnerHost } from "../runner-host.js";

export interface SelectedWorkflow {
  readonly path: string;
  /** An error: the file is invalid, and the run fails with that message. */
  readonly workflow: Workflow | WorkflowFileError;
}

export interface Refusal {
  readonly ok: false;
  readonly reason: DispatchRefusal;
  readonly message: string;
}

export type Selection = { readonly ok: true; readonly selected: readonly SelectedWorkflow[] } | Refusal;

function listensTo(
  triggers: WorkflowTriggers,
  { event, eventType, branch, schedule }: DispatchRequest & { branch: string },
): boolean {
  const { repositoryDispatchTypes: types, pushBranches: branches } = triggers;
  if (event === "workflow_dispatch") return triggers.dispatchInputs !== undefined;
  if (event === "schedule") return schedule !== undefined && triggers.schedule.includes(schedule);
  if (event === "repository_dispatch") {
    return types !== undefined && (types.length === 0 || types.includes(eventType ?? ""));
  }
  if (branches === undefined) return false;
  return branches.length === 0 || branches.some((pattern) => matchesGlob(branch, pattern));
}

function readWorkflow(source: string): Workflow | WorkflowFileError {
  try {
    return parseWorkflow(source);
  } catch (error) {
    if (error instanceof WorkflowFileError) return error;
    throw error;
  }
}

interface Place {
  readonly branch: string;
  readonly sha: string;
}

async function selectOne(host: RunnerHost, request: DispatchRequest, place: Place): Promise<Selection> {
  const { repository, workflowPath: path = "" } = request;
  const source = await host.findFile(repository, { sha: place.sha, path });
  if (source === undefined) return { ok: false, reason: "workflow_not_found", message: "Not Found" };
  if ((await host.getWorkflowState({ repository, path })) !== "active") {
    const message = `Cannot trigger a '${request.event}' on a disabled workflow`;
    return { ok: false, reason: "workflow_disabled", message };
  }
  const workflow = readWorkflow(source);
  if (workflow instanceof Error || listensTo(workflow.triggers, { ...request, branch: place.branch })) {
    return { ok: true, selected: [{ path, workflow }] };
  }
  const message = `Workflow does not have '${request.event}' trigger`;
  return { ok: false, reason: "trigger_missing", message };
}

/** A broken file fails visibly on push, which is when its author looks; other events pass it by. */
async function selectListening(host: RunnerHost, request: DispatchRequest, place: Place): Promise<Selection> {
  const { repository, event } = request;
  const selected: SelectedWorkflow[] = [];
  for (const path of await listWorkflowPaths(host, repository, place.sha)) {
    const source = await host.findFile(repository, { sha: place.sha, path });
    if (source === undefined || (await host.getWorkflowState({ repository, path })) !== "active") continue;
    const workflow = readWorkflow(source);
    const listens =
      workflow instanceof Error
        ? event === "push"
        : listensTo(workflow.triggers, { ...request, branch: place.branch });
    if (listens) selected.push({ path, workflow });
  }
  return { ok: true, selected };
}

/** https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows */
export async function selectWorkflows(
  host: RunnerHost,
  request: DispatchRequest,
  place: Place,
): Promise<Selection> {
  return request.workflowPath === undefined
    ? selectListening(host, request, place)
    : selectOne(host, request, place);
}
