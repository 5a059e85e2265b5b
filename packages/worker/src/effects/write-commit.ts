import { apiPath, type GitHubAnswer } from "../github-client.js";
import { getJson, getText, readGitHubJson, requireOk } from "../github-json.js";
import type { EffectContext } from "./effect.js";
import { RUN_TRAILER } from "./pulse-history.js";

/** One file in one commit on top of `head`. */
export interface FileCommit {
  /** Path of the repository's git API. */
  git: string;
  head: string;
  path: string;
  content: string;
  message: string;
  /** Author and committer; `date` in ISO 8601 with its offset. */
  person: { name: string; email: string; date: string };
}

/** The commit that a branch points to. */
export async function getHead({ github }: EffectContext, git: string, branch: string): Promise<string> {
  const ref = await getJson(github, `${git}/ref/heads${apiPath(...branch.split("/"))}`, "the branch");
  return getText(ref, "object", "sha");
}

/**
 * Writes a commit with the run's trailer, which nobody sees until a branch points to it; gives its SHA. The same
 * input gives the same SHA.
 */
export async function writeCommit(context: EffectContext, commit: FileCommit): Promise<string> {
  const { git, head, path, content, person } = commit;
  const post = async (what: string, body: object) => {
    const call = { method: "POST", path: `${git}/${what}`, body } as const;
    return getText(readGitHubJson(requireOk(await context.github(call), what)), "sha");
  };
  const parent = await getJson(context.github, `${git}/commits/${head}`, "the parent");
  const tree = await post("trees", {
    base_tree: getText(parent, "tree", "sha"),
    tree: [{ path, mode: "100644", type: "blob", content }],
  });
  const trailers = `${RUN_TRAILER}${context.runId}\nAutomated-By: KeepStreak`;
  const message = `${commit.message.trim()}\n\n${trailers}`;
  return post("commits", { message, tree, parents: [head], author: person, committer: person });
}

/** Moves a branch on to a commit, never by force. */
export function moveBranch(
  context: EffectContext,
  { git, branch, sha }: { git: string; branch: string; sha: string },
): Promise<GitHubAnswer> {
  context.requireFresh();
  const path = `${git}/refs/heads${apiPath(...branch.split("/"))}`;
  return context.github({ method: "PATCH", path, body: { sha, force: false }, once: true });
}
