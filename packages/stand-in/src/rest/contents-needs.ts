import type { GitRepository } from "../git/git-repository.js";
import type { Need } from "../http/access.js";
import { GitHubError } from "../http/github-error.js";

export const CONTENTS_READ: Need = { permission: "contents", level: "read" };
export const CONTENTS_WRITE: Need = { permission: "contents", level: "write", role: "push" };

/**
 * The git database API works from the second commit on: an empty repository is a 409.
 * https://docs.github.com/en/rest/git/blobs ("If the Git repository is empty or unavailable").
 */
export async function requireCommits(git: GitRepository): Promise<void> {
  if (await git.findBranchHead(await git.getDefaultBranch())) return;
  if ((await git.listRefs("refs/heads")).length === 0) throw new GitHubError(409, "Git Repository is empty.");
}
