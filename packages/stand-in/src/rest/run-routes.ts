import type { FastifyInstance } from "fastify";
import type { StandInContext } from "../context.js";
import { openRepository, type OpenRepository } from "../http/access.js";
import type { PageQuery, RepoRoute } from "../http/fastify-types.js";
import { GitHubError, notFound } from "../http/github-error.js";
import type { WorkflowRunRecord } from "../runner/runner-host.js";
import { parsePage, setLink, slicePage } from "./pagination.js";
import { presentJob, presentRun } from "./present-run.js";
import { repositoryApiUrl } from "./present-repository.js";
import { ACTIONS_READ, ACTIONS_WRITE, getWorkflow, type WorkflowRoute } from "./workflow-routes.js";
import { writeZip } from "./zip.js";

interface RunRoute {
  Params: { owner: string; repo: string; run: string };
}

interface JobRoute {
  Params: { owner: string; repo: string; job: string };
}

type Query = Readonly<Record<string, string | undefined>>;

const JOBS_PER_RUN = 1000;

/** https://docs.github.com/en/rest/actions/workflow-runs and .../actions/workflow-jobs */
export function runRoutes(app: FastifyInstance, context: StandInContext): void {
  const { store } = context;

  const list = (opened: OpenRepository, query: Query, workflowId?: number) => {
    const runs = store.runs
      .listListed(opened.repository.id, context.now())
      .filter((run) => (workflowId === undefined || run.workflowId === workflowId) && fits(run, query));
    const page = parsePage(query);
    return { runs, page, hasNext: runs.length > page.number * page.size };
  };

  app.get<RepoRoute & PageQuery>("/repos/:owner/:repo/actions/runs", (request, reply) => {
    const opened = openRepository(context, request.caller, { ...request.params, need: ACTIONS_READ });
    const { runs, page, hasNext } = list(opened, request.query);
    setLink(reply, `${context.urls.web}${request.url}`, { page, hasNext });
    return {
      total_count: runs.length,
      workflow_runs: slicePage(runs, page).map((run) => presentRun(context, opened.repository, run)),
    };
  });

  app.get<WorkflowRoute & PageQuery>(
    "/repos/:owner/:repo/actions/workflows/:workflow/runs",
    async (request, reply) => {
      const opened = openRepository(context, request.caller, { ...request.params, need: ACTIONS_READ });
      const workflow = await getWorkflow(context, opened, request.params.workflow);
      const { runs, page, hasNext } = list(opened, request.query, workflow.id);
      setLink(reply, `${context.urls.web}${request.url}`, { page, hasNext });
      return {
        total_count: runs.length,
        workflow_runs: slicePage(runs, page).map((run) => presentRun(context, opened.repository, run)),
      };
    },
  );

  const getRun = (opened: OpenRepository, id: string): WorkflowRunRecord => {
    const run = store.runs.find(opened.repository.id, Number(id));
    if (!run) throw notFound("rest/actions/workflow-runs#get-a-workflow-run");
    return run;
  };

  app.get<RunRoute>("/repos/:owner/:repo/actions/runs/:run", (request) => {
    const opened = openRepository(context, request.caller, { ...request.params, need: ACTIONS_READ });
    return presentRun(context, opened.repository, getRun(opened, request.params.run));
  });

  app.get<RunRoute>("/repos/:owner/:repo/actions/runs/:run/jobs", (request) => {
    const opened = openRepository(context, request.caller, { ...request.params, need: ACTIONS_READ });
    const run = getRun(opened, request.params.run);
    const jobs = run.jobs.map((job) => presentJob(context, { repository: opened.repository, run, job }));
    return { total_count: jobs.length, jobs };
  });

  app.post<RunRoute>("/repos/:owner/:repo/actions/runs/:run/cancel", (request, reply) => {
    const opened = openRepository(context, request.caller, { ...request.params, need: ACTIONS_WRITE });
    const run = getRun(opened, request.params.run);
    if (!context.runner?.cancel(run.id))
      throw new GitHubError(409, "Cannot cancel a workflow run that is completed.");
    return reply.code(202).send({});
  });

  // GitHub redirects to a short-lived address of a storage host; so does this, to itself.
  app.get<RunRoute>("/repos/:owner/:repo/actions/runs/:run/logs", (request, reply) => {
    const opened = openRepository(context, request.caller, { ...request.params, need: ACTIONS_READ });
    const run = getRun(opened, request.params.run);
    if (run.status !== "completed") throw notFound("rest/actions/workflow-runs#download-workflow-run-logs");
    const api = repositoryApiUrl(opened.repository, context.urls);
    return reply.redirect(`${api}/actions/runs/${run.id}/logs/archive`, 302);
  });

  app.get<RunRoute>("/repos/:owner/:repo/actions/runs/:run/logs/archive", (request, reply) => {
    const opened = openRepository(context, request.caller, { ...request.params, need: ACTIONS_READ });
    const run = getRun(opened, request.params.run);
    const files = run.jobs.map((job) => ({
      name: `${job.number - 1}_${job.name.replace(/[^\w.() -]/g, "_")}.txt`,
      content: logOf(context, run.id, job.number),
    }));
    return reply.type("application/zip").send(writeZip(files));
  });

  app.get<JobRoute>("/repos/:owner/:repo/actions/jobs/:job/logs", (request, reply) => {
    const opened = openRepository(context, request.caller, { ...request.params, need: ACTIONS_READ });
    const id = Number(request.params.job);
    const run = getRun(opened, String(Math.floor(id / JOBS_PER_RUN)));
    return reply.type("text/plain; charset=utf-8").send(logOf(context, run.id, id % JOBS_PER_RUN));
  });
}

function logOf(context: StandInContext, runId: number, jobNumber: number): string {
  return context.store.runs
    .listLog(runId)
    .filter((entry) => entry.jobNumber === jobNumber || entry.jobNumber === 0)
    .map((entry) => entry.text)
    .join("");
}

/** `status` may name a status or a conclusion. */
function fits(run: WorkflowRunRecord, query: Query): boolean {
  const { status, event, branch, actor, created, head_sha: headSha } = query;
  if (status && run.status !== status && run.conclusion !== status) return false;
  if (event && run.event !== event) return false;
  if (branch && run.headBranch !== branch) return false;
  if (actor && run.actor.login !== actor) return false;
  if (headSha && run.headSha !== headSha) return false;
  return !created || isWithin(run.createdAt, created);
}

// https://docs.github.com/en/search-github/getting-started-with-searching-on-github/understanding-the-search-syntax#query-for-dates
function isWithin(createdAt: string, created: string): boolean {
  const at = Date.parse(createdAt);
  const [from, to] = created.split("..");
  if (to !== undefined)
    return (from === "*" || at >= Date.parse(from ?? "")) && (to === "*" || at <= Date.parse(to));
  const [, operator = "", date = ""] = /^(>=|<=|>|<)?(.+)$/.exec(created) ?? [];
  const limit = Date.parse(date);
  if (operator === ">=") return at >= limit;
  if (operator === ">") return at > limit;
  if (operator === "<=") return at <= limit;
  if (operator === "<") return at < limit;
  return createdAt.startsWith(date);
}
