import type { KeepaliveParams } from "@pulsekeep/contracts/worker-protocol";
import { apiPath } from "../github-client.js";
import { findField, getText, readGitHubJson } from "../github-json.js";
import { RunFault } from "../run-fault.js";
import type { EffectContext, EffectResult } from "./effect.js";

/**
 * Enables the named workflows, which starts GitHub's count of inactive days anew. One that a person switched
 * off stays off. Doing it twice changes nothing, so there is no mark to look for.
 */
export async function keepalive(context: EffectContext, params: KeepaliveParams): Promise<EffectResult> {
  const workflows = `/repos${apiPath(params.owner, params.repo)}/actions/workflows`;
  for (const file of params.workflows) {
    const path = `${workflows}${apiPath(file)}`;
    const answer = await context.github({ method: "GET", path, repeatable: true });
    if (answer.kind !== "ok")
      throw new RunFault("failed", "target_not_found", "a named workflow does not exist");
    const workflow = readGitHubJson(answer.bytes);
    const state = getText(workflow, "state");
    if (state !== "active" && state !== "disabled_inactivity") {
      throw new RunFault("refused", "not_allowed", "somebody switched a named workflow off");
    }
    if (findField(workflow, "path") !== `.github/workflows/${file}`) {
      throw new RunFault("failed", "target_not_found", "a named workflow does not exist");
    }
    context.requireFresh();
    const enabled = await context.github({ method: "PUT", path: `${path}/enable`, repeatable: true });
    if (enabled.kind !== "ok")
      throw new RunFault("failed", "target_denied", "GitHub did not enable a workflow");
  }
  return { outcome: "succeeded", commitSha: null, facts: null };
}
