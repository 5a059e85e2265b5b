import type { StandInContext } from "../context.js";
import type { JobRecord, WorkflowRunRecord } from "../runner/runner-host.js";
import type { Repository } from "../store/repository-store.js";
import { integerNodeId } from "./node-id.js";
import { repositoryApiUrl, repositoryWebUrl } from "./present-repository.js";
import { presentSimpleUser } from "./present-user.js";

/** GitHub's job ids are numbers of their own; here they follow from run and position. */
function jobIdOf(run: WorkflowRunRecord, job: JobRecord): number {
  return run.id * 1000 + job.number;
}

/** https://docs.github.com/en/rest/actions/workflow-runs#get-a-workflow-run */
export function presentRun(
  context: StandInContext,
  repository: Repository,
  run: WorkflowRunRecord,
): Record<string, unknown> {
  const self = `${repositoryApiUrl(repository, context.urls)}/actions/runs/${run.id}`;
  const actor = presentSimpleUser(run.actor, context.urls);
  return {
    id: run.id,
    node_id: integerNodeId("WorkflowRun", run.id),
    name: run.name,
    display_title: run.displayTitle,
    head_branch: run.headBranch,
    head_sha: run.headSha,
    path: run.path,
    run_number: run.runNumber,
    run_attempt: run.runAttempt,
    event: run.event,
    status: run.status,
    conclusion: run.conclusion,
    workflow_id: run.workflowId,
    url: self,
    html_url: `${repositoryWebUrl(repository, context.urls)}/actions/runs/${run.id}`,
    created_at: run.createdAt,
    updated_at: run.updatedAt,
    run_started_at: run.startedAt ?? run.createdAt,
    actor,
    triggering_actor: actor,
    jobs_url: `${self}/jobs`,
    logs_url: `${self}/logs`,
    cancel_url: `${self}/cancel`,
    workflow_url: `${repositoryApiUrl(repository, context.urls)}/actions/workflows/${run.workflowId}`,
    repository: { id: repository.id, full_name: `${repository.owner}/${repository.name}` },
  };
}

/** https://docs.github.com/en/rest/actions/workflow-jobs#list-jobs-for-a-workflow-run */
export function presentJob(
  context: StandInContext,
  { repository, run, job }: { repository: Repository; run: WorkflowRunRecord; job: JobRecord },
): Record<string, unknown> {
  const id = jobIdOf(run, job);
  const api = repositoryApiUrl(repository, context.urls);
  return {
    id,
    run_id: run.id,
    run_url: `${api}/actions/runs/${run.id}`,
    head_sha: run.headSha,
    url: `${api}/actions/jobs/${id}`,
    html_url: `${repositoryWebUrl(repository, context.urls)}/actions/runs/${run.id}/job/${id}`,
    status: job.status,
    conclusion: job.conclusion,
    created_at: run.createdAt,
    started_at: job.startedAt,
    completed_at: job.completedAt,
    name: job.name,
    workflow_name: run.name,
    steps: job.steps.map((step) => ({
      name: step.name,
      status: step.status,
      conclusion: step.conclusion,
      number: step.number,
      started_at: step.startedAt,
      completed_at: step.completedAt,
    })),
  };
}
