import type { FastifyInstance } from "fastify";
import type { StandInContext } from "../context.js";
import { writeCommit } from "../git/commit.js";
import { isTreePath } from "../git/git-repository.js";
import { WORKFLOWS_DIR } from "../git/workflow-files.js";
import {
  missingWorkflowRight,
  openRepository,
  type OpenRepository,
  workflowRefusal,
} from "../http/access.js";
import { Body } from "../http/body.js";
import type { Caller } from "../http/caller.js";
import type { RepoPathRoute } from "../http/fastify-types.js";
import { GitHubError, invalidRequest, notFound } from "../http/github-error.js";
import { CONTENTS_READ, CONTENTS_WRITE } from "./contents-needs.js";
import { defaultSignature, readSignature } from "./default-signature.js";
import { presentContent, presentFile } from "./present-content.js";
import { presentGitCommit } from "./present-commit.js";

/** The media type that asks for a file's bytes instead of an object about it. */
const RAW = /application\/vnd\.github(?:\.v3)?\.raw(?:\+json)?(?:[,;]|$)/;

interface ContentsRoute extends RepoPathRoute {
  Querystring: { ref?: string };
}

/** https://docs.github.com/en/rest/repos/contents */
export function contentsRoutes(app: FastifyInstance, context: StandInContext): void {
  const read = (url: string, pathOf: (params: ContentsRoute["Params"]) => string): void => {
    app.get<ContentsRoute>(url, async (request, reply) => {
      const opened = openRepository(context, request.caller, { ...request.params, need: CONTENTS_READ });
      const { git } = opened;
      const branch = request.query.ref ?? (await git.getDefaultBranch());
      const commit = await git.findCommit(branch);
      if (!commit) {
        if (request.query.ref) throw new GitHubError(404, `No commit found for the ref ${branch}`);
        throw new GitHubError(404, "This repository is empty.");
      }
      const path = pathOf(request.params);
      const entry = path === "" ? undefined : await git.findEntry(commit, path);
      if (entry?.type === "blob" && RAW.test(request.headers.accept ?? "")) {
        reply.type("application/vnd.github.raw+json; charset=utf-8");
        return git.readObject(entry.sha, "blob");
      }
      return presentContent(opened, { path, commit, branch, urls: context.urls });
    });
  };
  read("/repos/:owner/:repo/contents", () => "");
  read("/repos/:owner/:repo/contents/*", (params) => params["*"].replace(/\/+$/, ""));

  app.put<RepoPathRoute>("/repos/:owner/:repo/contents/*", async (request, reply) => {
    const opened = openRepository(context, request.caller, { ...request.params, need: CONTENTS_WRITE });
    const path = request.params["*"];
    const body = Body.from(request.body);
    const content = body.string("content");
    if (!/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(content))
      throw new GitHubError(422, "content is not valid Base64");
    const blob = await opened.git.writeObject("blob", Buffer.from(content, "base64"));
    const written = await commitFile(context, opened, { caller: request.caller, path, body, blob });
    reply.code(written.replaced ? 200 : 201);
    const file = await presentFile(opened, { ...written, path, urls: context.urls });
    return { content: file, commit: written.presentedCommit };
  });

  app.delete<RepoPathRoute>("/repos/:owner/:repo/contents/*", async (request) => {
    const opened = openRepository(context, request.caller, { ...request.params, need: CONTENTS_WRITE });
    const path = request.params["*"];
    const body = Body.from(request.body);
    body.string("sha");
    const written = await commitFile(context, opened, { caller: request.caller, path, body, blob: null });
    return { content: null, commit: written.presentedCommit };
  });
}

interface FileChange {
  readonly caller: Caller;
  readonly path: string;
  readonly body: Body;
  /** Null takes the file away. */
  readonly blob: string | null;
}

async function commitFile(context: StandInContext, opened: OpenRepository, change: FileChange) {
  const { git, repository } = opened;
  const { caller, path, body, blob } = change;
  const message = body.string("message");
  if (!isTreePath(path)) throw new GitHubError(422, "path contains a malformed path component");
  if (path.startsWith(`${WORKFLOWS_DIR}/`) && missingWorkflowRight(caller)) throw workflowRefusal(caller);
  const branch = (body.optionalString("branch") ?? (await git.getDefaultBranch())).replace(
    /^refs\/heads\//,
    "",
  );
  const parent = await git.findRef(`refs/heads/${branch}`);
  if (!parent && (await git.listRefs("refs/heads")).length > 0)
    throw new GitHubError(404, `Branch ${branch} not found`);
  const existing = parent ? await git.findEntry(parent, path) : undefined;
  requireExpectedSha({ path, existing: existing?.sha, expected: body.optionalString("sha"), blob });
  const tree = await git.writeTree(parent, [{ path, mode: existing?.mode ?? "100644", sha: blob }]);
  const fallback = defaultSignature(context, caller);
  const committer = readSignature(body.optionalObject("committer"), fallback);
  const author = readSignature(body.optionalObject("author"), committer);
  const draft = { tree, parents: parent ? [parent] : [], author, committer, message };
  const commit = await writeCommit(git, draft);
  // The loser of a race learns that the branch moved, as from GitHub.
  if (!(await git.updateRef(`refs/heads/${branch}`, { to: commit, from: parent ?? null })))
    throw new GitHubError(
      409,
      `is at ${(await git.findRef(`refs/heads/${branch}`)) ?? ""} but expected ${parent ?? ""}`,
    );
  context.store.repositories.recordPush(repository.id);
  return {
    commit,
    branch,
    replaced: existing !== undefined,
    presentedCommit: presentGitCommit(context, repository, { ...draft, sha: commit }),
  };
}

function requireExpectedSha(change: {
  path: string;
  existing: string | undefined;
  expected: string | undefined;
  blob: string | null;
}): void {
  const { path, existing, expected, blob } = change;
  if (!existing) {
    if (blob === null) throw notFound("rest/repos/contents#delete-a-file");
    // GitHub takes a stale SHA for a file that is gone as a conflict too.
    if (expected) throw new GitHubError(409, `${path} does not match ${expected}`);
    return;
  }
  if (!expected) throw invalidRequest(`"sha" wasn't supplied.`);
  if (expected !== existing) throw new GitHubError(409, `${path} does not match ${expected}`);
}
