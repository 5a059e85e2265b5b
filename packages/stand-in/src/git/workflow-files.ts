import type { GitRepository, TreeEntry } from "./git-repository.js";

export const WORKFLOWS_DIR = ".github/workflows";

/** GitHub looks at this directory only, not below it. */
function isWorkflowPath(path: string): boolean {
  return /^\.github\/workflows\/[^/]+\.ya?ml$/.test(path);
}

/** Workflow files of a commit, in order of their paths. */
export async function listWorkflowFiles(repository: GitRepository, commit: string): Promise<TreeEntry[]> {
  const directory = await repository.findEntry(commit, WORKFLOWS_DIR);
  if (directory?.type !== "tree") return [];
  return (await repository.listEntries(directory.sha))
    .map((entry) => ({ ...entry, path: `${WORKFLOWS_DIR}/${entry.path}` }))
    .filter((entry) => entry.type === "blob" && isWorkflowPath(entry.path));
}

/**
 * The first file below `.github/workflows` in `treeish` that no branch has in the same place with the
 * same content: what needs the right to write workflows.
 */
export async function findNewWorkflowFile(
  repository: GitRepository,
  treeish: string,
): Promise<string | undefined> {
  const proposed = await entriesBelowWorkflows(repository, treeish);
  if (proposed.length === 0) return undefined;
  const known = new Set<string>();
  for (const ref of await repository.listRefs("refs/heads")) {
    for (const entry of await entriesBelowWorkflows(repository, ref.sha))
      known.add(`${entry.sha} ${entry.path}`);
  }
  return proposed.find((entry) => !known.has(`${entry.sha} ${entry.path}`))?.path;
}

async function entriesBelowWorkflows(repository: GitRepository, treeish: string): Promise<TreeEntry[]> {
  const directory = await repository.findEntry(treeish, WORKFLOWS_DIR);
  if (directory?.type !== "tree") return [];
  return (await repository.listEntries(directory.sha, { recursive: true })).filter(
    (entry) => entry.type === "blob",
  );
}
