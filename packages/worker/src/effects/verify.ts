import { findField, getNumber, getText } from "../github-json.js";
import type { EffectContext, EffectResult } from "./effect.js";
import { getRepository } from "./get-repository.js";

/** Finds out where the worker runs and what it may do; changes nothing. */
export async function verify(context: EffectContext): Promise<EffectResult> {
  const repository = await getRepository(context, context.config.repository);
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
