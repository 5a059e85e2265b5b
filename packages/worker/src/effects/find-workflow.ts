import { apiPath } from "../github-client.js";
import { findField, getText, readGitHubJson } from "../github-json.js";
import type { EffectContext } from "./effect.js";

/** The path of a workflow in GitHub's API. */
export function workflowPath(owner: string, repo: string, file: string): string {
  return `/repos${apiPath(owner, repo)}/actions/workflows${apiPath(file)}`;
}

/**
 * GitHub's word for the state of the workflow in exactly this file of the default branch; `undefined` when there is
 * none. GitHub also knows workflows by other names than their file.
 */
export async function findState({ github }: EffectContext, path: string): Promise<string | undefined> {
  const answer = await github({ path });
  if (answer.kind !== "ok") return undefined;
  const found = readGitHubJson(answer.bytes);
  const file = decodeURIComponent(path.slice(path.lastIndexOf("/") + 1));
  return findField(found, "path") === `.github/workflows/${file}` ? getText(found, "state") : undefined;
}
