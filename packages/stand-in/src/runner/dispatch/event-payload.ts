import type { ExpressionObject } from "../expressions/expression-value.js";
import { fullName } from "../execution/job-facts.js";
import type { DispatchRequest, RunnerRepository } from "../runner-host.js";

function describeRepository(repository: RunnerRepository): ExpressionObject {
  return {
    id: repository.id,
    name: repository.name,
    full_name: fullName(repository),
    owner: { id: repository.ownerId, login: repository.owner },
    private: repository.visibility !== "public",
    visibility: repository.visibility,
    default_branch: repository.defaultBranch,
  };
}

function describeEvent(
  request: DispatchRequest,
  { branch, sha, inputs }: { branch: string; sha: string; inputs: ExpressionObject },
): ExpressionObject {
  switch (request.event) {
    case "workflow_dispatch":
      return { inputs, ref: `refs/heads/${branch}`, workflow: request.workflowPath ?? null };
    case "repository_dispatch":
      return {
        action: request.eventType ?? "",
        branch,
        client_payload: JSON.parse(JSON.stringify(request.clientPayload ?? {})) as ExpressionObject,
      };
    case "schedule":
      return { schedule: request.schedule ?? "", workflow: request.workflowPath ?? null };
    case "push":
      return { ref: `refs/heads/${branch}`, after: sha };
  }
}

/** The webhook's body as `github.event` has it. https://docs.github.com/en/webhooks/webhook-events-and-payloads */
export function describePayload(
  request: DispatchRequest,
  run: { branch: string; sha: string; inputs: ExpressionObject },
): ExpressionObject {
  return {
    ...describeEvent(request, run),
    repository: describeRepository(request.repository),
    sender: { id: request.actor.id, login: request.actor.login },
  };
}
