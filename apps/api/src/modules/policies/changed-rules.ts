import type { PolicyDocument } from "@pulsekeep/contracts/api/policies";
import { METRIC_NAMES } from "@pulsekeep/verdict";

/** The names of the rules that differ between two documents, for the audit: `latency_p95.critical, dryRun`. */
export function changedRules(before: PolicyDocument, after: PolicyDocument): string {
  const metrics = METRIC_NAMES.flatMap((metric) => {
    const [old, now] = [before.metrics[metric] ?? {}, after.metrics[metric] ?? {}];
    const names = [...new Set([...Object.keys(old), ...Object.keys(now)])].sort();
    return names
      .filter((name) => JSON.stringify(Reflect.get(old, name)) !== JSON.stringify(Reflect.get(now, name)))
      .map((name) => `${metric}.${name}`);
  });
  return [...(before.dryRun === after.dryRun ? [] : ["dryRun"]), ...metrics].join(", ");
}
