import type { FastifyInstance } from "fastify";
import type { StandInContext, StandInUrls } from "../context.js";
import {
  type GitRepository,
  isTreePath,
  SHA,
  type TreeChange,
  type TreeEntry,
} from "../git/git-repository.js";
import { findNewWorkflowFile } from "../git/workflow-files.js";
import { missingWorkflowRight, openRepository, workflowRefusal } from "../http/access.js";
import { Body } from "../http/body.js";
import type { RepoRoute } from "../http/fastify-types.js";
import { GitHubError, invalidRequest, notFound } from "../http/github-error.js";
import type { Repository } from "../store/repository-store.js";
import { CONTENTS_READ, CONTENTS_WRITE, requireCommits } from "./contents-needs.js";
import { repositoryApiUrl } from "./present-repository.js";

const MODES: Readonly<Record<string, string>> = {
  "100644": "blob",
  "100755": "blob",
  "120000": "blob",
  "040000": "tree",
  "160000": "commit",
};

/** https://docs.github.com/en/rest/git/trees */
export function treeRoutes(app: FastifyInstance, context: StandInContext): void {
  app.post<RepoRoute>("/repos/:owner/:repo/git/trees", async (request, reply) => {
    const { repository, git } = openRepository(context, request.caller, {
      ...request.params,
      need: CONTENTS_WRITE,
    });
    await requireCommits(git);
    const body = Body.from(request.body);
    const entries = body.optionalArray("tree");
    if (!entries) throw invalidRequest(`"tree" wasn't supplied.`);
    const base = await readBase(git, body.optionalString("base_tree"));
    const changes: TreeChange[] = [];
    for (const entry of entries) changes.push(await readChange(git, Body.from(entry), base));
    const sha = await git.writeTree(base, changes);
    // GitHub refuses here already, before any ref moves.
    if (missingWorkflowRight(request.caller) && (await findNewWorkflowFile(git, sha)))
      throw workflowRefusal(request.caller);
    const listed = await git.listEntries(sha);
    const presented = presentTree(repository, { sha, entries: listed }, context.urls);
    reply.code(201).header("location", presented.url);
    return presented;
  });

  app.get<{ Params: { owner: string; repo: string; sha: string }; Querystring: { recursive?: string } }>(
    "/repos/:owner/:repo/git/trees/:sha",
    async (request) => {
      const { repository, git } = openRepository(context, request.caller, {
        ...request.params,
        need: CONTENTS_READ,
      });
      const name = request.params.sha;
      const treeish = SHA.test(name) ? name : await git.findCommit(name);
      const sha = treeish && (await git.findObject(treeish, "tree"));
      if (!sha) throw notFound();
      const entries = await git.listEntries(sha, { recursive: request.query.recursive !== undefined });
      return presentTree(repository, { sha, entries }, context.urls);
    },
  );
}

async function readBase(git: GitRepository, base: string | undefined): Promise<string | undefined> {
  if (base === undefined) return undefined;
  const tree = SHA.test(base) ? await git.findObject(base, "tree") : undefined;
  if (!tree) throw new GitHubError(422, "base_tree is not a valid tree oid");
  return tree;
}

async function readChange(git: GitRepository, entry: Body, base: string | undefined): Promise<TreeChange> {
  const path = entry.string("path");
  const mode = entry.optionalString("mode") ?? "100644";
  const type = MODES[mode];
  if (!isTreePath(path)) throw new GitHubError(422, "tree.path contains a malformed path component");
  if (!type) throw new GitHubError(422, "Must supply a valid tree.mode");
  if (entry.raw("sha") === null) {
    if (!base || !(await git.findEntry(base, path))) throw new GitHubError(422, "GitRPC::BadObjectState");
    return { path, mode, sha: null };
  }
  const content = entry.optionalString("content");
  if (content !== undefined) return { path, mode, sha: await git.writeObject("blob", content) };
  const sha = entry.optionalString("sha");
  if (sha === undefined) throw new GitHubError(422, "Must supply either tree.sha or tree.content");
  if (!SHA.test(sha) || (type !== "commit" && (await git.findType(sha)) !== type))
    throw new GitHubError(422, `tree.sha ${sha} is not a valid ${type}`);
  return { path, mode, sha };
}

function presentTree(
  repository: Repository,
  { sha, entries }: { sha: string; entries: readonly TreeEntry[] },
  urls: StandInUrls,
): { sha: string; url: string; tree: unknown[]; truncated: false } {
  const api = `${repositoryApiUrl(repository, urls)}/git`;
  return {
    sha,
    url: `${api}/trees/${sha}`,
    tree: entries.map((entry) => ({
      path: entry.path,
      mode: entry.mode,
      type: entry.type,
      sha: entry.sha,
      ...(entry.size === null ? {} : { size: entry.size }),
      ...(entry.type === "commit" ? {} : { url: `${api}/${entry.type}s/${entry.sha}` }),
    })),
    truncated: false,
  };
}
