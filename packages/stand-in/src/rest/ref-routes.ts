import type { FastifyInstance } from "fastify";
import type { StandInContext, StandInUrls } from "../context.js";
import { type GitRepository, type Ref, SHA } from "../git/git-repository.js";
import { findNewWorkflowFile } from "../git/workflow-files.js";
import { missingWorkflowRight, openRepository, workflowRefusal } from "../http/access.js";
import { Body } from "../http/body.js";
import type { Caller } from "../http/caller.js";
import type { RepoPathRoute, RepoRoute } from "../http/fastify-types.js";
import { GitHubError, notFound } from "../http/github-error.js";
import type { Repository } from "../store/repository-store.js";
import { CONTENTS_READ, CONTENTS_WRITE, requireCommits } from "./contents-needs.js";
import { objectNodeId } from "./node-id.js";
import { repositoryApiUrl } from "./present-repository.js";

/** https://docs.github.com/en/rest/git/refs */
export function refRoutes(app: FastifyInstance, context: StandInContext): void {
  const { urls } = context;

  app.get<RepoPathRoute>("/repos/:owner/:repo/git/ref/*", async (request) => {
    const { repository, git } = openRepository(context, request.caller, {
      ...request.params,
      need: CONTENTS_READ,
    });
    const name = `refs/${request.params["*"]}`;
    const sha = await git.findRef(name);
    if (!sha) throw notFound();
    return presentRef(git, { repository, ref: { name, sha }, urls });
  });

  app.get<RepoPathRoute>("/repos/:owner/:repo/git/matching-refs/*", async (request) => {
    const { repository, git } = openRepository(context, request.caller, {
      ...request.params,
      need: CONTENTS_READ,
    });
    const prefix = `refs/${request.params["*"]}`;
    const refs = (await git.listRefs("refs")).filter((ref) => ref.name.startsWith(prefix));
    return Promise.all(refs.map((ref) => presentRef(git, { repository, ref, urls })));
  });

  app.post<RepoRoute>("/repos/:owner/:repo/git/refs", async (request, reply) => {
    const { repository, git } = openRepository(context, request.caller, {
      ...request.params,
      need: CONTENTS_WRITE,
    });
    await requireCommits(git);
    const body = Body.from(request.body);
    const name = body.string("ref");
    const sha = body.string("sha");
    if (!/^refs\/[^/]+\/.+/.test(name))
      throw new GitHubError(422, "Reference name must start with 'refs/' and have at least two slashes.");
    if (!(await git.isRefName(name))) throw new GitHubError(422, `${name} is not a valid ref name.`);
    await requireTarget(git, name, sha);
    await requireWorkflowRight(git, request.caller, sha);
    if (!(await git.updateRef(name, { to: sha, from: null })))
      throw new GitHubError(422, "Reference already exists");
    context.store.repositories.recordPush(repository.id);
    const presented = await presentRef(git, { repository, ref: { name, sha }, urls });
    reply.code(201).header("location", String(presented["url"]));
    return presented;
  });

  app.patch<RepoPathRoute>("/repos/:owner/:repo/git/refs/*", async (request) => {
    const { repository, git } = openRepository(context, request.caller, {
      ...request.params,
      need: CONTENTS_WRITE,
    });
    await requireCommits(git);
    const body = Body.from(request.body);
    const name = `refs/${request.params["*"]}`;
    const sha = body.string("sha");
    const force = body.optionalBoolean("force") ?? false;
    const current = await git.findRef(name);
    if (!current) throw new GitHubError(422, "Reference does not exist");
    await requireTarget(git, name, sha);
    await requireWorkflowRight(git, request.caller, sha);
    if (!force && !(await git.isAncestor(current, sha)))
      throw new GitHubError(422, "Update is not a fast forward");
    // Somebody moved the ref between the check and the write: what was checked no longer holds.
    if (!(await git.updateRef(name, { to: sha, from: current })))
      throw new GitHubError(422, "Update is not a fast forward");
    context.store.repositories.recordPush(repository.id);
    return presentRef(git, { repository, ref: { name, sha }, urls });
  });

  app.delete<RepoPathRoute>("/repos/:owner/:repo/git/refs/*", async (request, reply) => {
    const { git } = openRepository(context, request.caller, { ...request.params, need: CONTENTS_WRITE });
    const name = `refs/${request.params["*"]}`;
    if (!(await git.findRef(name))) throw new GitHubError(422, "Reference does not exist");
    if (name === `refs/heads/${await git.getDefaultBranch()}`)
      throw new GitHubError(422, "Cannot delete the default branch");
    await git.removeRef(name);
    return reply.code(204).send();
  });
}

async function requireTarget(git: GitRepository, name: string, sha: string): Promise<void> {
  if (!SHA.test(sha))
    throw new GitHubError(422, "The sha parameter must be exactly 40 characters and contain only [0-9a-f].");
  const type = await git.findType(sha);
  if (!type) throw new GitHubError(422, "Object does not exist");
  if (name.startsWith("refs/heads/") && type !== "commit")
    throw new GitHubError(422, "Reference update failed: the object is not a commit");
}

async function requireWorkflowRight(git: GitRepository, caller: Caller, sha: string): Promise<void> {
  if (!missingWorkflowRight(caller)) return;
  const tree = await git.findObject(sha, "tree");
  if (tree && (await findNewWorkflowFile(git, tree))) throw workflowRefusal(caller);
}

async function presentRef(
  git: GitRepository,
  { repository, ref, urls }: { repository: Repository; ref: Ref; urls: StandInUrls },
): Promise<Record<string, unknown>> {
  const type = (await git.findType(ref.sha)) ?? "commit";
  const api = `${repositoryApiUrl(repository, urls)}/git`;
  return {
    ref: ref.name,
    node_id: objectNodeId("Ref", repository.id, ref.name),
    url: `${api}/${ref.name}`,
    object: { sha: ref.sha, type, url: `${api}/${type}s/${ref.sha}` },
  };
}
