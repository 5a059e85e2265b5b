import type { RunnerHost, RunnerRepository } from "../runner-host.js";

const DIRECTORY = ".github/workflows";

/** https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#about-yaml-syntax-for-workflows */
export async function listWorkflowPaths(
  host: RunnerHost,
  repository: RunnerRepository,
  sha: string,
): Promise<readonly string[]> {
  const files = await host.listFiles(repository, { sha, directory: DIRECTORY });
  return files.filter((path) => /\.ya?ml$/.test(path));
}
