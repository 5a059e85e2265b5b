import type { FastifyInstance } from "fastify";
import type { StandInContext } from "../context.js";
import { findCommit } from "../git/commit.js";
import { listChangedFiles, listHistory } from "../git/history.js";
import { openRepository } from "../http/access.js";
import type { PageQuery, RepoPathRoute, RepoRoute } from "../http/fastify-types.js";
import { GitHubError } from "../http/github-error.js";
import { noreplyAddress } from "../store/user-store.js";
import { CONTENTS_READ, requireCommits } from "./contents-needs.js";
import { parsePage, setLink } from "./pagination.js";
import { presentCommit } from "./present-commit.js";
import { repositoryApiUrl } from "./present-repository.js";

/** https://docs.github.com/en/rest/commits/commits */
export function commitRoutes(app: FastifyInstance, context: StandInContext): void {
  app.get<RepoRoute & PageQuery>("/repos/:owner/:repo/commits", async (request, reply) => {
    const { repository, git } = openRepository(context, request.caller, {
      ...request.params,
      need: CONTENTS_READ,
    });
    await requireCommits(git);
    const { query } = request;
    const page = parsePage(query);
    const from = await git.findCommit(query["sha"] ?? (await git.getDefaultBranch()));
    if (!from) throw new GitHubError(404, "Not Found");
    const { author } = query;
    const shas = await listHistory(git, {
      from,
      path: query["path"],
      authorEmails: author ? authorAddresses(context, author) : undefined,
      since: query["since"],
      until: query["until"],
      skip: (page.number - 1) * page.size,
      limit: page.size + 1,
    });
    const url = new URL(`${repositoryApiUrl(repository, context.urls)}/commits`);
    for (const [name, value] of Object.entries(query)) if (value) url.searchParams.set(name, value);
    setLink(reply, url.toString(), { page, hasNext: shas.length > page.size });
    const commits = await Promise.all(shas.slice(0, page.size).map((sha) => findCommit(git, sha)));
    return commits.flatMap((commit) => (commit ? [presentCommit(context, repository, commit)] : []));
  });

  app.get<RepoPathRoute>("/repos/:owner/:repo/commits/*", async (request) => {
    const { repository, git } = openRepository(context, request.caller, {
      ...request.params,
      need: CONTENTS_READ,
    });
    await requireCommits(git);
    const name = request.params["*"];
    const sha = await git.findCommit(name);
    const commit = sha ? await findCommit(git, sha) : undefined;
    if (!commit) throw new GitHubError(422, `No commit found for SHA: ${name}`);
    const files = await listChangedFiles(git, commit.sha);
    const additions = files.reduce((sum, file) => sum + file.additions, 0);
    const deletions = files.reduce((sum, file) => sum + file.deletions, 0);
    return {
      ...presentCommit(context, repository, commit),
      stats: { total: additions + deletions, additions, deletions },
      files: files.map(({ path, ...file }) => ({
        ...file,
        filename: path,
        changes: file.additions + file.deletions,
      })),
    };
  });

  // Of a comparison only how the two stand to each other.
  app.get<RepoPathRoute>("/repos/:owner/:repo/compare/*", async (request) => {
    const { git } = openRepository(context, request.caller, { ...request.params, need: CONTENTS_READ });
    const [base, head] = await Promise.all(
      request.params["*"].split("...").map((name) => git.findCommit(name)),
    );
    if (!base || !head) throw new GitHubError(404, "Not Found");
    if (base === head) return { status: "identical" };
    if (await git.isAncestor(base, head)) return { status: "ahead" };
    return { status: (await git.isAncestor(head, base)) ? "behind" : "diverged" };
  });

  app.get<RepoRoute>("/repos/:owner/:repo/branches", async (request) => {
    const { repository, git } = openRepository(context, request.caller, {
      ...request.params,
      need: CONTENTS_READ,
    });
    const api = repositoryApiUrl(repository, context.urls);
    return (await git.listRefs("refs/heads")).map((ref) => ({
      name: ref.name.slice("refs/heads/".length),
      commit: { sha: ref.sha, url: `${api}/commits/${ref.sha}` },
      protected: false,
    }));
  });

  app.get<RepoPathRoute>("/repos/:owner/:repo/branches/*", async (request) => {
    const { repository, git } = openRepository(context, request.caller, {
      ...request.params,
      need: CONTENTS_READ,
    });
    const name = request.params["*"];
    const sha = await git.findRef(`refs/heads/${name}`);
    const commit = sha ? await findCommit(git, sha) : undefined;
    if (!commit)
      throw new GitHubError(404, "Branch not found", {
        documentationPath: "rest/branches/branches#get-a-branch",
      });
    return { name, commit: presentCommit(context, repository, commit), protected: false };
  });
}

/** `author` is a login or an e-mail address. */
function authorAddresses(context: StandInContext, author: string): string[] {
  if (author.includes("@")) return [author];
  const user = context.store.users.findByLogin(author);
  if (!user) return [`no-such-account:${author}`];
  return [user.email, noreplyAddress(user), `${user.login}@users.noreply.github.com`];
}
