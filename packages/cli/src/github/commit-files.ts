import { z } from "zod";
import type { GitHubApi } from "./github-api.js";
import type { Repository } from "./repository.js";

const shaSchema = z.object({ sha: z.string() });
const refSchema = z.object({ object: shaSchema });
const commitSchema = z.object({ sha: z.string(), tree: shaSchema });

export interface WorkerFiles {
  /** Path to text. */
  always: Readonly<Record<string, string>>;
  /** Written only where there is none: the user's own. */
  onlyIfMissing: Readonly<Record<string, string>>;
}

/** Puts files there in one commit without force; returns its SHA, or the head's when nothing changes. */
export async function commitFiles(
  github: GitHubApi,
  repository: Repository,
  { always, onlyIfMissing }: WorkerFiles,
): Promise<string> {
  const path = `/repos/${repository.fullName}`;
  const head = (await github.get(refSchema, `${path}/git/ref/heads/${repository.defaultBranch}`)).object.sha;
  const base = await github.get(commitSchema, `${path}/git/commits/${head}`);
  const files: Record<string, string> = { ...always };
  for (const [name, content] of Object.entries(onlyIfMissing)) {
    if ((await github.find(`${path}/contents/${name}?ref=${head}`)) === undefined) files[name] = content;
  }
  const tree = await github.post(shaSchema, `${path}/git/trees`, {
    base_tree: base.tree.sha,
    tree: Object.entries(files).map(([name, content]) => ({
      path: name,
      mode: "100644",
      type: "blob",
      content,
    })),
  });
  if (tree.sha === base.tree.sha) return head;
  const commit = await github.post(shaSchema, `${path}/git/commits`, {
    message: "Set up the KeepStreak worker",
    tree: tree.sha,
    parents: [head],
  });
  await github.call("PATCH", `${path}/git/refs/heads/${repository.defaultBranch}`, {
    sha: commit.sha,
    force: false,
  });
  return commit.sha;
}
