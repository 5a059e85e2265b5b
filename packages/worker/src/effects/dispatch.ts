import type { DispatchParams } from "@pulsekeep/contracts/worker-protocol";
import { startOf } from "../workflow-start.js";
import type { EffectContext, EffectResult } from "./effect.js";
import { startWorkflow } from "./start-workflow.js";

/** Starts a workflow with the inputs that the user's list allowed. */
export function dispatch(context: EffectContext, params: DispatchParams): Promise<EffectResult> {
  const start = startOf({ kind: "dispatch", params }, context.allow, context.runId);
  return startWorkflow(context, "dispatch", start);
}
