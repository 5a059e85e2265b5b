import type { Project } from "@/api/types";

type Facts = {
  endpoint: Pick<Project["endpoint"], "state" | "source">;
  apiKey: Pick<Project["apiKey"], "lastUsedAt">;
  lastSampleAt: string | null;
  latest: Pick<NonNullable<Project["latest"]>, "id"> | null;
};

/** What connects a service, in its order, and what of it is done. */
export function listIntegrationSteps({ endpoint, apiKey, lastSampleAt, latest }: Facts) {
  const isMeasured = endpoint.state === "active" || lastSampleAt !== null;
  // A pipeline that needs no key has deployed without one.
  const isConnected = apiKey.lastUsedAt !== null || latest !== null;
  return [
    { step: "serve", done: isMeasured },
    { step: "activate", done: endpoint.state === "active" || (endpoint.source === "push" && isMeasured) },
    { step: "key", done: isConnected },
    { step: "deploy", done: latest !== null },
  ] as const;
}
