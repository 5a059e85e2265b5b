import { apiPath } from "../github-client.js";
import { getJson, getText } from "../github-json.js";
import { refuse } from "../run-fault.js";
import type { EffectContext } from "./effect.js";

/** The path of a repository in GitHub's API. */
export function repositoryPath(name: string): string {
  return `/repos${apiPath(...name.split("/"))}`;
}

/** GitHub's facts about a repository; refuses one that goes by another name now. */
export async function getRepository({ github }: EffectContext, name: string): Promise<unknown> {
  const repository = await getJson(github, repositoryPath(name), "the repository");
  if (getText(repository, "full_name").toLowerCase() !== name.toLowerCase())
    refuse("not_allowed", "the repository goes by another name now");
  return repository;
}
