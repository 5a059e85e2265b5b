import type { KeepaliveParams } from "@pulsekeep/contracts/worker-protocol";
import { fail, refuse } from "../run-fault.js";
import { done, type EffectContext, type EffectResult } from "./effect.js";
import { findState, workflowPath } from "./find-workflow.js";

/**
 * Enables the named workflows, which starts GitHub's count of inactive days anew. One that a person switched
 * off stays off. Doing it twice changes nothing, so there is no mark to look for.
 */
export async function keepalive(context: EffectContext, params: KeepaliveParams): Promise<EffectResult> {
  for (const file of params.workflows) {
    const path = workflowPath(params.owner, params.repo, file);
    const state = await findState(context, path);
    if (state === undefined) fail("target_not_found", "a named workflow does not exist");
    if (state !== "active" && state !== "disabled_inactivity")
      refuse("not_allowed", "somebody switched a named workflow off");
    context.requireFresh();
    const enabled = await context.github({ method: "PUT", path: `${path}/enable` });
    if (enabled.kind !== "ok") fail("target_denied", "GitHub did not enable a workflow");
  }
  return done();
}
