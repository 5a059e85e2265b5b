import type { FastifyInstance } from "fastify";
import { toRunnerRepository } from "../actions/runner-host.js";
import type { StandInContext } from "../context.js";
import { openRepository } from "../http/access.js";
import { Body } from "../http/body.js";
import type { Caller } from "../http/caller.js";
import type { RepoRoute } from "../http/fastify-types.js";
import { GitHubError, invalidRequest, notFound } from "../http/github-error.js";
import type { DispatchRequest, RunnerActor, WorkflowRunRecord } from "../runner/runner-host.js";
import { CONTENTS_WRITE } from "./contents-needs.js";
import { repositoryApiUrl, repositoryWebUrl } from "./present-repository.js";
import { ACTIONS_BOT } from "./present-user.js";
import { ACTIONS_WRITE, getWorkflow, type WorkflowRoute } from "./workflow-routes.js";

const MAX_PAYLOAD_KEYS = 10;
const MAX_EVENT_TYPE = 100;

/** The two ways to start a workflow from outside. */
export function dispatchRoutes(app: FastifyInstance, context: StandInContext): void {
  // https://docs.github.com/en/rest/actions/workflows#create-a-workflow-dispatch-event
  app.post<WorkflowRoute>(
    "/repos/:owner/:repo/actions/workflows/:workflow/dispatches",
    async (request, reply) => {
      const opened = openRepository(context, request.caller, { ...request.params, need: ACTIONS_WRITE });
      const workflow = await getWorkflow(context, opened, request.params.workflow);
      const body = Body.from(request.body);
      const runs = await dispatch(context, {
        repository: await toRunnerRepository(context, opened.repository),
        event: "workflow_dispatch",
        workflowPath: workflow.path,
        ref: body.string("ref"),
        actor: actorOf(request.caller),
        inputs: body.optionalObject("inputs")?.toObject(),
      });
      const [run] = runs;
      if (!run || !body.optionalBoolean("return_run_details")) return reply.code(204).send();
      return {
        workflow_run_id: run.id,
        run_url: `${repositoryApiUrl(opened.repository, context.urls)}/actions/runs/${run.id}`,
        html_url: `${repositoryWebUrl(opened.repository, context.urls)}/actions/runs/${run.id}`,
      };
    },
  );

  // https://docs.github.com/en/rest/repos/repos#create-a-repository-dispatch-event
  app.post<RepoRoute>("/repos/:owner/:repo/dispatches", async (request, reply) => {
    const { repository } = openRepository(context, request.caller, {
      ...request.params,
      need: CONTENTS_WRITE,
    });
    const body = Body.from(request.body);
    const eventType = body.string("event_type");
    const clientPayload = body.optionalObject("client_payload")?.toObject() ?? {};
    if (eventType.length === 0 || eventType.length > MAX_EVENT_TYPE)
      throw invalidRequest(`event_type is limited to ${MAX_EVENT_TYPE} characters.`);
    if (Object.keys(clientPayload).length > MAX_PAYLOAD_KEYS)
      throw invalidRequest(`No more than ${MAX_PAYLOAD_KEYS} properties are allowed in client_payload.`);
    await dispatch(context, {
      repository: await toRunnerRepository(context, repository),
      event: "repository_dispatch",
      actor: actorOf(request.caller),
      eventType,
      clientPayload,
    });
    return reply.code(204).send();
  });
}

async function dispatch(
  context: StandInContext,
  request: DispatchRequest,
): Promise<readonly WorkflowRunRecord[]> {
  if (!context.runner) throw new GitHubError(503, "The runner is switched off.");
  const result = await context.runner.dispatch(request);
  if (result.ok) return result.runs;
  if (result.reason === "workflow_not_found") throw notFound();
  throw new GitHubError(422, result.message);
}

function actorOf(caller: Caller): RunnerActor {
  const { id, login } = caller.user ?? ACTIONS_BOT;
  return { id, login };
}
