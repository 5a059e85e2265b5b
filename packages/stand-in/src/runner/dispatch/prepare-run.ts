import { fillText } from "../expressions/expression-template.js";
import { ExpressionError, type ExpressionObject } from "../expressions/expression-value.js";
import { describeGithub, type RunFacts } from "../execution/job-facts.js";
import { RunCancellation } from "../execution/run-cancellation.js";
import { RunRecorder } from "../execution/run-recorder.js";
import type { WorkflowRun } from "../execution/run-workflow.js";
import type {
  DispatchRequest,
  JobRecord,
  RunnerClock,
  RunnerHost,
  WorkflowRunRecord,
} from "../runner-host.js";
import { WorkflowFileError, type Workflow } from "../workflow/workflow.js";
import type { SelectedWorkflow } from "./select-workflows.js";

export interface RunPlan {
  readonly request: DispatchRequest;
  readonly branch: string;
  readonly sha: string;
  readonly payload: ExpressionObject;
  readonly inputs: ExpressionObject;
}

/** https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#run-name */
function titleRun(workflow: Workflow, facts: RunFacts, contexts: ExpressionObject): string {
  const scope = { contexts: { ...contexts, github: describeGithub(facts) }, status: "success" } as const;
  const own = workflow.runName === undefined ? "" : fillText(workflow.runName, scope).trim();
  if (own !== "") return own;
  const action = facts.event === "repository_dispatch" ? facts.payload["action"] : undefined;
  return typeof action === "string" ? action : facts.workflowName;
}

function queuedJobs(workflow: Workflow): readonly JobRecord[] {
  return workflow.jobs.map((job, index) => ({
    number: index + 1,
    key: job.key,
    name: job.name ?? job.key,
    status: "queued",
    conclusion: null,
    startedAt: null,
    completedAt: null,
    steps: [],
  }));
}

function firstRecord(facts: RunFacts, workflowId: number, createdAt: string): WorkflowRunRecord {
  return {
    id: facts.runId,
    repositoryId: facts.repository.id,
    workflowId,
    runNumber: facts.runNumber,
    runAttempt: facts.runAttempt,
    name: facts.workflowName,
    displayTitle: facts.workflowName,
    event: facts.event,
    status: "queued",
    conclusion: null,
    headBranch: facts.branch,
    headSha: facts.sha,
    path: facts.workflowPath,
    actor: facts.actor,
    createdAt,
    startedAt: null,
    completedAt: null,
    updatedAt: createdAt,
    jobs: [],
  };
}

function failAtOnce(recorder: RunRecorder, path: string, reason: string): WorkflowRunRecord {
  const at = recorder.instant();
  recorder.log(0, `${at} ##[error]Invalid workflow file: ${path}\n${at} ##[error]${reason}\n`);
  recorder.update({ status: "completed", conclusion: "failure", startedAt: at, completedAt: at });
  return recorder.record;
}

/** Allocates and records a run; one whose file is invalid is over at once and has nothing to execute. */
export async function prepareRun(
  { path, workflow }: SelectedWorkflow,
  plan: RunPlan,
  { host, clock }: { host: RunnerHost; clock: RunnerClock },
): Promise<{ record: WorkflowRunRecord; run?: WorkflowRun }> {
  const { request, branch, sha, payload } = plan;
  const { repository, event, actor } = request;
  const { id: runId, workflowId, runNumber } = await host.allocateRun({ repository, path });
  const invalid = workflow instanceof WorkflowFileError;
  const workflowName = invalid ? path : (workflow.name ?? path);
  const { serverUrl, apiUrl } = host;
  const facts: RunFacts = {
    runId,
    runNumber,
    runAttempt: 1,
    repository,
    workflowName,
    workflowPath: path,
    event,
    payload,
    actor,
    branch,
    sha,
    serverUrl,
    apiUrl,
  };
  const createdAt = new Date(clock.now()).toISOString();
  const recorder = new RunRecorder(host, firstRecord(facts, workflowId, createdAt), clock);
  if (invalid) {
    const record = failAtOnce(recorder, path, workflow.message);
    await recorder.flush();
    return { record };
  }
  const contexts = { inputs: plan.inputs, vars: (await host.listVariables?.(repository)) ?? {} };
  try {
    recorder.update({ displayTitle: titleRun(workflow, facts, contexts), jobs: queuedJobs(workflow) });
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return { record: failAtOnce(recorder, path, `run-name: ${error.message}`) };
  }
  await recorder.flush();
  const cancellation = new RunCancellation();
  return { record: recorder.record, run: { facts, workflow, contexts, recorder, cancellation } };
}
