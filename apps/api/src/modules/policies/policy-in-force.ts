import type { PolicyDocument } from "@pulsekeep/contracts/api/policies";
import { METRIC_NAMES, type Policy } from "@pulsekeep/verdict";

/** What the engine is asked with, and by which versions. */
export type PolicyInForce = {
  metrics: Policy;
  dryRun: boolean;
  projectVersion: number;
  environmentVersion: number;
};

export type PolicyVersion = { version: number; document: PolicyDocument };

/** The project's rules with the environment's on top, field by field. */
export function policyInForce(
  project: PolicyVersion | undefined,
  environment: PolicyVersion | undefined,
): PolicyInForce {
  const layers = [project, environment].flatMap((one) => (one ? [one.document] : []));
  const metrics: Policy = {};
  for (const metric of METRIC_NAMES) {
    const rules = Object.assign(
      {},
      ...layers.map((layer) => layer.metrics[metric] ?? {}),
    ) as Policy[typeof metric];
    if (Object.keys(rules ?? {}).length > 0) metrics[metric] = rules;
  }
  return {
    metrics,
    dryRun: layers.reduce((dry, layer) => layer.dryRun ?? dry, false),
    projectVersion: project?.version ?? 0,
    environmentVersion: environment?.version ?? 0,
  };
}
