import type { RollbackParams } from "@pulsekeep/contracts/worker-protocol";
import { apiPath } from "../github-client.js";
import { getText, readGitHubJson } from "../github-json.js";
import { refuse } from "../run-fault.js";
import { startOf } from "../workflow-start.js";
import type { EffectContext, EffectResult } from "./effect.js";
import { getRepository, repositoryPath } from "./get-repository.js";
import { startWorkflow } from "./start-workflow.js";

/**
 * Starts the project's own rollback workflow with the deployment's facts. A commit that the default branch has
 * never had, or has no more, is not what anybody deployed from it.
 */
export async function rollback(context: EffectContext, params: RollbackParams): Promise<EffectResult> {
  const name = `${params.owner}/${params.repo}`;
  const branch = getText(await getRepository(context, name), "default_branch");
  const path = `${repositoryPath(name)}/compare${apiPath(`${params.expectedSha}...${branch}`)}`;
  const answer = await context.github({ path });
  const status = answer.kind === "ok" ? getText(readGitHubJson(answer.bytes), "status") : "missing";
  if (!["ahead", "identical"].includes(status))
    refuse("branch_moved", "the default branch does not have the deployed commit");
  return startWorkflow(
    context,
    "rollback",
    startOf({ kind: "rollback", params }, context.allow, context.runId),
  );
}
