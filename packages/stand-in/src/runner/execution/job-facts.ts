import type { ExpressionObject } from "../expressions/expression-value.js";
import type { OidcJobContext, RunnerActor, RunnerRepository, WorkflowEvent } from "../runner-host.js";

/** What is known of a run before any of its jobs starts. */
export interface RunFacts {
  readonly runId: number;
  readonly runNumber: number;
  readonly runAttempt: number;
  readonly repository: RunnerRepository;
  readonly workflowName: string;
  readonly workflowPath: string;
  readonly event: WorkflowEvent;
  readonly payload: ExpressionObject;
  readonly actor: RunnerActor;
  readonly branch: string;
  readonly sha: string;
  readonly serverUrl: string;
  readonly apiUrl: string;
}

export function fullName(repository: RunnerRepository): string {
  return `${repository.owner}/${repository.name}`;
}

function refOf(facts: RunFacts): string {
  return `refs/heads/${facts.branch}`;
}

function workflowRefOf(facts: RunFacts): string {
  return `${fullName(facts.repository)}/${facts.workflowPath}@${refOf(facts)}`;
}

/** https://docs.github.com/en/actions/reference/workflows-and-actions/contexts#github-context, job parts left out. */
export function describeGithub(facts: RunFacts): ExpressionObject {
  return {
    actor: facts.actor.login,
    actor_id: String(facts.actor.id),
    triggering_actor: facts.actor.login,
    api_url: facts.apiUrl,
    server_url: facts.serverUrl,
    event: facts.payload,
    event_name: facts.event,
    ref: refOf(facts),
    ref_name: facts.branch,
    ref_type: "branch",
    repository: fullName(facts.repository),
    repository_id: String(facts.repository.id),
    repository_owner: facts.repository.owner,
    repository_owner_id: String(facts.repository.ownerId),
    repository_visibility: facts.repository.visibility,
    run_id: String(facts.runId),
    run_number: String(facts.runNumber),
    run_attempt: String(facts.runAttempt),
    sha: facts.sha,
    workflow: facts.workflowName,
    workflow_ref: workflowRefOf(facts),
    workflow_sha: facts.sha,
  };
}

export function describeOidc(facts: RunFacts): OidcJobContext {
  return {
    repository: facts.repository,
    ref: refOf(facts),
    sha: facts.sha,
    workflow: facts.workflowName,
    workflowRef: workflowRefOf(facts),
    workflowSha: facts.sha,
    runId: facts.runId,
    runNumber: facts.runNumber,
    runAttempt: facts.runAttempt,
    eventName: facts.event,
    actor: facts.actor,
    runnerEnvironment: "github-hosted",
  };
}
