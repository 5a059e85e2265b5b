import type { FastifyInstance } from "fastify";
import { parse } from "yaml";
import type { StandInContext } from "../context.js";
import { listWorkflowFiles } from "../git/workflow-files.js";
import { type Need, openRepository, type OpenRepository } from "../http/access.js";
import type { PageQuery, RepoRoute } from "../http/fastify-types.js";
import { notFound } from "../http/github-error.js";
import type { WorkflowState } from "../runner/runner-host.js";
import type { Workflow } from "../store/workflow-store.js";
import { integerNodeId } from "./node-id.js";
import { parsePage, slicePage } from "./pagination.js";
import { repositoryApiUrl, repositoryWebUrl } from "./present-repository.js";

export const ACTIONS_READ: Need = { permission: "actions", level: "read" };
export const ACTIONS_WRITE: Need = { permission: "actions", level: "write", role: "push" };

export interface WorkflowRoute {
  Params: { owner: string; repo: string; workflow: string };
}

/** https://docs.github.com/en/rest/actions/workflows */
export function workflowRoutes(app: FastifyInstance, context: StandInContext): void {
  const path = "/repos/:owner/:repo/actions/workflows";

  app.get<RepoRoute & PageQuery>(path, async (request) => {
    const opened = openRepository(context, request.caller, { ...request.params, need: ACTIONS_READ });
    const workflows = await listWorkflows(context, opened);
    const shown = slicePage(workflows, parsePage(request.query));
    return {
      total_count: workflows.length,
      workflows: await Promise.all(shown.map((workflow) => presentWorkflow(context, opened, workflow))),
    };
  });

  app.get<WorkflowRoute>(`${path}/:workflow`, async (request) => {
    const opened = openRepository(context, request.caller, { ...request.params, need: ACTIONS_READ });
    return presentWorkflow(context, opened, await getWorkflow(context, opened, request.params.workflow));
  });

  const setState = (verb: string, state: WorkflowState): void => {
    app.put<WorkflowRoute>(`${path}/:workflow/${verb}`, async (request, reply) => {
      const opened = openRepository(context, request.caller, { ...request.params, need: ACTIONS_WRITE });
      const workflow = await getWorkflow(context, opened, request.params.workflow);
      context.store.workflows.setState(workflow.id, state);
      return reply.code(204).send();
    });
  };
  setState("enable", "active");
  setState("disable", "disabled_manually");
}

/** The workflow files of the default branch; one gets its id when it is first seen. */
async function listWorkflows(context: StandInContext, opened: OpenRepository): Promise<Workflow[]> {
  const { git, repository } = opened;
  const head = await git.findRef(`refs/heads/${await git.getDefaultBranch()}`);
  if (!head) return [];
  const files = await listWorkflowFiles(git, head);
  return files.map((file) => context.store.workflows.ensure(repository.id, file.path));
}

/** By numeric id or by file name; 404 when the default branch has no such file. */
export async function getWorkflow(
  context: StandInContext,
  opened: OpenRepository,
  idOrName: string,
): Promise<Workflow> {
  const workflows = await listWorkflows(context, opened);
  const found = workflows.find(
    ({ id, path }) => String(id) === idOrName || path === idOrName || path.split("/").at(-1) === idOrName,
  );
  if (!found) throw notFound("rest/actions/workflows#get-a-workflow");
  return found;
}

async function presentWorkflow(
  context: StandInContext,
  { git, repository }: OpenRepository,
  workflow: Workflow,
): Promise<Record<string, unknown>> {
  const branch = await git.getDefaultBranch();
  const entry = await git.findEntry(`refs/heads/${branch}`, workflow.path);
  const content = entry ? (await git.readObject(entry.sha, "blob")).toString() : "";
  return {
    id: workflow.id,
    node_id: integerNodeId("Workflow", workflow.id),
    name: nameOf(content) ?? workflow.path,
    path: workflow.path,
    state: workflow.state,
    created_at: workflow.createdAt,
    updated_at: workflow.updatedAt,
    url: `${repositoryApiUrl(repository, context.urls)}/actions/workflows/${workflow.id}`,
    html_url: `${repositoryWebUrl(repository, context.urls)}/blob/${branch}/${workflow.path}`,
    badge_url: `${repositoryWebUrl(repository, context.urls)}/workflows/${encodeURIComponent(workflow.path)}/badge.svg`,
  };
}

// An invalid file is still listed, under its path.
function nameOf(content: string): string | undefined {
  try {
    const document: unknown = parse(content);
    if (typeof document !== "object" || document === null || !("name" in document)) return undefined;
    return typeof document.name === "string" ? document.name : undefined;
  } catch {
    return undefined;
  }
}
