import type { Project } from "@/api/types";

type Facts = {
  endpoint: Pick<Project["endpoint"], "state" | "source">;
  apiKey: Pick<Project["apiKey"], "lastUsedAt">;
  lastSampleAt: string | null;
  stats: Pick<Project["stats"], "deployments">;
};

/** What connects a service, in its order, and what of it is done. */
export function listIntegrationSteps({ endpoint, apiKey, lastSampleAt, stats }: Facts) {
  const isMeasured = endpoint.state === "active" || lastSampleAt !== null;
  // A pipeline that needs no key has deployed without one.
  const isConnected = apiKey.lastUsedAt !== null || stats.deployments > 0;
  return [
    { step: "serve", done: isMeasured },
    { step: "activate", done: endpoint.state === "active" || (endpoint.source === "push" && isMeasured) },
    { step: "key", done: isConnected },
    { step: "deploy", done: stats.deployments > 0 },
  ] as const;
}
