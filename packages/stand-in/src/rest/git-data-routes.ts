import type { FastifyInstance } from "fastify";
import type { StandInContext } from "../context.js";
import { type Commit, findCommit, writeCommit } from "../git/commit.js";
import { SHA } from "../git/git-repository.js";
import { openRepository } from "../http/access.js";
import { Body } from "../http/body.js";
import type { RepoRoute } from "../http/fastify-types.js";
import { GitHubError, invalidRequest, notFound } from "../http/github-error.js";
import { CONTENTS_READ, CONTENTS_WRITE, requireCommits } from "./contents-needs.js";
import { defaultSignature, readSignature } from "./default-signature.js";
import { objectNodeId } from "./node-id.js";
import { presentGitCommit } from "./present-commit.js";
import { repositoryApiUrl } from "./present-repository.js";

interface ShaRoute {
  Params: { owner: string; repo: string; sha: string };
}

/** Blobs and commits: https://docs.github.com/en/rest/git/blobs and .../git/commits */
export function gitDataRoutes(app: FastifyInstance, context: StandInContext): void {
  app.post<RepoRoute>("/repos/:owner/:repo/git/blobs", async (request, reply) => {
    const { repository, git } = openRepository(context, request.caller, {
      ...request.params,
      need: CONTENTS_WRITE,
    });
    await requireCommits(git);
    const body = Body.from(request.body);
    const encoding = body.optionalString("encoding") ?? "utf-8";
    if (encoding !== "utf-8" && encoding !== "base64") throw invalidRequest("Unsupported encoding.");
    const sha = await git.writeObject("blob", Buffer.from(body.string("content"), encoding));
    const url = `${repositoryApiUrl(repository, context.urls)}/git/blobs/${sha}`;
    reply.code(201).header("location", url);
    return { sha, url };
  });

  app.get<ShaRoute>("/repos/:owner/:repo/git/blobs/:sha", async (request) => {
    const { repository, git } = openRepository(context, request.caller, {
      ...request.params,
      need: CONTENTS_READ,
    });
    const { sha } = request.params;
    if (!SHA.test(sha) || (await git.findType(sha)) !== "blob") throw notFound();
    const content = await git.readObject(sha, "blob");
    return {
      sha,
      node_id: objectNodeId("Blob", repository.id, sha),
      size: content.length,
      url: `${repositoryApiUrl(repository, context.urls)}/git/blobs/${sha}`,
      content: content.toString("base64"),
      encoding: "base64",
    };
  });

  app.post<RepoRoute>("/repos/:owner/:repo/git/commits", async (request, reply) => {
    const { repository, git } = openRepository(context, request.caller, {
      ...request.params,
      need: CONTENTS_WRITE,
    });
    await requireCommits(git);
    const body = Body.from(request.body);
    const message = body.string("message");
    const tree = body.string("tree");
    const parents = (body.optionalArray("parents") ?? []).map(String);
    if (!SHA.test(tree) || (await git.findType(tree)) !== "tree")
      throw new GitHubError(422, "Tree SHA does not exist");
    for (const parent of parents) {
      if (!SHA.test(parent) || (await git.findType(parent)) !== "commit")
        throw new GitHubError(422, "Parent SHA does not exist or is not a commit object");
    }
    const fallback = defaultSignature(context, request.caller);
    const author = readSignature(body.optionalObject("author"), fallback);
    const committer = readSignature(body.optionalObject("committer"), author);
    const draft = { tree, parents, author, committer, message };
    const commit: Commit = { ...draft, sha: await writeCommit(git, draft) };
    const presented = presentGitCommit(context, repository, commit);
    reply.code(201).header("location", String(presented["url"]));
    return presented;
  });

  app.get<ShaRoute>("/repos/:owner/:repo/git/commits/:sha", async (request) => {
    const { repository, git } = openRepository(context, request.caller, {
      ...request.params,
      need: CONTENTS_READ,
    });
    const commit = SHA.test(request.params.sha) ? await findCommit(git, request.params.sha) : undefined;
    if (!commit) throw notFound();
    return presentGitCommit(context, repository, commit);
  });
}
