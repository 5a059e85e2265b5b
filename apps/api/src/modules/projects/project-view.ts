import { createHash } from "node:crypto";
import type { EndpointTest, endpointSchema, Project } from "@pulsekeep/contracts/api/projects";
import type { schema } from "@pulsekeep/database";
import type { z } from "zod";
import { prometheusSchema } from "@pulsekeep/contracts/api/metrics";
import type { PrometheusRow } from "../metrics/prometheus.service.js";
import { hostLockOf } from "./endpoint-limits.js";
import type { ProjectRow } from "./lock-project.js";

export type EndpointRow = typeof schema.metricEndpoints.$inferSelect;
type ApiKeyRow = typeof schema.projectApiKeys.$inferSelect;

export type ProjectParts = {
  project: ProjectRow;
  endpoint: EndpointRow;
  environmentEndpoints: readonly EndpointRow[];
  /** Keys that are accepted, the current one among them. */
  apiKeys: readonly ApiKeyRow[];
  stats: Project["stats"];
  changes: Project["changes"];
  latest: Project["latest"];
};

/** A project as the API shows it. */
export function toProject(parts: ProjectParts): Project {
  const { project, endpoint, environmentEndpoints, apiKeys, stats, changes, latest } = parts;
  const apiKey = apiKeys.find(({ expiresAt }) => expiresAt === null);
  return {
    id: project.id,
    name: project.name,
    description: project.description,
    stack: project.stack,
    services: project.services,
    environments: project.environments,
    endpoint: toEndpoint(endpoint),
    environmentEndpoints: environmentEndpoints.map((row) => ({
      ...toEndpoint(row),
      environment: row.environment,
      lastSampleAt: row.lastSampleAt?.toISOString() ?? null,
      lastScrapeErrorCode: row.lastScrapeErrorCode,
    })),
    changes,
    apiKey: {
      prefix: apiKey?.prefix ?? "",
      lastFour: apiKey?.lastFour ?? "",
      lastUsedAt: apiKey?.lastUsedAt?.toISOString() ?? null,
      previous: apiKeys.flatMap(({ lastFour, lastUsedAt, expiresAt }) =>
        expiresAt === null
          ? []
          : [{ lastFour, lastUsedAt: lastUsedAt?.toISOString() ?? null, expiresAt: expiresAt.toISOString() }],
      ),
    },
    hmacEnabled: endpoint.hmacEnabled,
    hmacSecretId: secretIdOf(endpoint),
    hmacPreviousUntil: endpoint.hmacPreviousUntil?.toISOString() ?? null,
    observation: {
      sampleSeconds: project.sampleSeconds,
      windowSeconds: project.windowSeconds,
      baselineSeconds: project.baselineSeconds,
      baselineEnabled: project.baselineEnabled,
      abandonSeconds: project.abandonSeconds,
    },
    lastSampleAt: endpoint.lastSampleAt?.toISOString() ?? null,
    lastScrapeErrorCode: endpoint.lastScrapeErrorCode,
    stats,
    latest,
    createdAt: project.createdAt.toISOString(),
  };
}

/** Names a secret for those who may not see it: of what it is sealed into, which is random each time. */
export const secretIdOf = ({
  hmacSecretSealed: sealed,
}: Pick<EndpointRow, "hmacSecretSealed">): string | null =>
  sealed && createHash("sha256").update(sealed).digest("hex").slice(0, 16);

export function toEndpoint(row: EndpointRow): z.infer<typeof endpointSchema> {
  const prometheus = prometheusSchema.safeParse(row.prometheus);
  return {
    state: row.state,
    activeUrl: row.activeUrl,
    candidateUrl: row.candidateUrl,
    lastTestedAt: row.lastTestedAt?.toISOString() ?? null,
    lastTestErrorCode: row.lastTestErrorCode,
    lastVerifiedAt: row.lastVerifiedAt?.toISOString() ?? null,
    source: row.source,
    prometheus: prometheus.success
      ? { ...prometheus.data, hasToken: row.prometheusTokenSealed !== null }
      : null,
    hostLock: hostLockOf(row),
    baselineVersion: row.baselineVersion,
    hmacVersion: row.hmacVersion,
  };
}

/** What was measured, under the names of the session API. */
export function toMetrics(values: PrometheusRow["values"]): NonNullable<EndpointTest["sample"]> {
  return {
    requestsPerSec: values.requests_per_sec,
    latencyP95Ms: values.latency_p95,
    errorRate: values.error_rate,
    cpuUsage: values.cpu_usage,
    memoryUsage: values.memory_usage,
  };
}
