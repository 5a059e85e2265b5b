import { apiPath } from "../github-client.js";
import { findField, getNumber, getText, readGitHubJson } from "../github-json.js";
import { RunFault } from "../run-fault.js";
import type { EffectContext, EffectResult } from "./effect.js";

/** Finds out where the worker runs and what it may do; changes nothing. */
export async function verify(context: EffectContext): Promise<EffectResult> {
  const path = `/repos${apiPath(...context.repository.split("/"))}`;
  const answer = await context.github({ method: "GET", path, repeatable: true });
  if (answer.kind !== "ok") throw new RunFault("failed", "target_not_found", "the worker's own repository");
  const repository = readGitHubJson(answer.bytes);
  return {
    outcome: "succeeded",
    commitSha: null,
    facts: {
      repositoryId: getNumber(repository, "id"),
      ownerId: getNumber(repository, "owner", "id"),
      isPrivate: findField(repository, "private") === true,
      defaultBranch: getText(repository, "default_branch"),
      allowedKinds: [...context.allow.kinds],
    },
  };
}
