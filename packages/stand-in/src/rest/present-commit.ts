import type { StandInContext } from "../context.js";
import type { Commit, Signature } from "../git/commit.js";
import { isoSeconds } from "../store/row.js";
import type { Repository } from "../store/repository-store.js";
import { objectNodeId } from "./node-id.js";
import { repositoryApiUrl, repositoryWebUrl } from "./present-repository.js";
import { ACTIONS_BOT, presentSimpleUser } from "./present-user.js";

const UNSIGNED = { verified: false, reason: "unsigned", signature: null, payload: null, verified_at: null };

function presentSignature({ name, email, atSeconds }: Signature): Record<string, unknown> {
  return { name, email, date: isoSeconds(atSeconds * 1000) };
}

/** https://docs.github.com/en/rest/git/commits#get-a-commit-object */
export function presentGitCommit(
  context: StandInContext,
  repository: Repository,
  commit: Commit,
): Record<string, unknown> {
  const api = repositoryApiUrl(repository, context.urls);
  const web = repositoryWebUrl(repository, context.urls);
  return {
    sha: commit.sha,
    node_id: objectNodeId("Commit", repository.id, commit.sha),
    url: `${api}/git/commits/${commit.sha}`,
    html_url: `${web}/commit/${commit.sha}`,
    author: presentSignature(commit.author),
    committer: presentSignature(commit.committer),
    message: commit.message,
    tree: { sha: commit.tree, url: `${api}/git/trees/${commit.tree}` },
    parents: commit.parents.map((sha) => ({
      sha,
      url: `${api}/git/commits/${sha}`,
      html_url: `${web}/commit/${sha}`,
    })),
    verification: UNSIGNED,
  };
}

/** https://docs.github.com/en/rest/commits/commits: `author` and `committer` are accounts, or null. */
export function presentCommit(
  context: StandInContext,
  repository: Repository,
  commit: Commit,
): Record<string, unknown> {
  const api = repositoryApiUrl(repository, context.urls);
  const web = repositoryWebUrl(repository, context.urls);
  return {
    sha: commit.sha,
    node_id: objectNodeId("Commit", repository.id, commit.sha),
    commit: {
      author: presentSignature(commit.author),
      committer: presentSignature(commit.committer),
      message: commit.message.trimEnd(),
      tree: { sha: commit.tree, url: `${api}/git/trees/${commit.tree}` },
      url: `${api}/git/commits/${commit.sha}`,
      comment_count: 0,
      verification: UNSIGNED,
    },
    url: `${api}/commits/${commit.sha}`,
    html_url: `${web}/commit/${commit.sha}`,
    comments_url: `${api}/commits/${commit.sha}/comments`,
    author: presentAccount(context, commit.author.email),
    committer: presentAccount(context, commit.committer.email),
    parents: commit.parents.map((sha) => ({
      sha,
      url: `${api}/commits/${sha}`,
      html_url: `${web}/commit/${sha}`,
    })),
  };
}

function presentAccount(context: StandInContext, email: string): Record<string, unknown> | null {
  if (email.startsWith(`${ACTIONS_BOT.id}+`)) return presentSimpleUser(ACTIONS_BOT, context.urls);
  const user = context.store.users.findByEmail(email);
  return user ? presentSimpleUser(user, context.urls) : null;
}
