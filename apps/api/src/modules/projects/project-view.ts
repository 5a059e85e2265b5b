import type { EndpointTest, endpointSchema, Project } from "@pulsekeep/contracts/api/projects";
import type { schema } from "@pulsekeep/database";
import type { z } from "zod";
import type { ScrapeOutcome } from "../metrics/scrape.service.js";
import type { ProjectRow } from "./lock-project.js";

export type EndpointRow = typeof schema.metricEndpoints.$inferSelect;
type ApiKeyRow = typeof schema.projectApiKeys.$inferSelect;

export type ProjectParts = {
  project: ProjectRow;
  endpoint: EndpointRow;
  apiKey: ApiKeyRow | undefined;
  stats: Project["stats"];
};

/** A project as the API shows it. */
export function toProject({ project, endpoint, apiKey, stats }: ProjectParts): Project {
  return {
    id: project.id,
    name: project.name,
    environments: project.environments,
    endpoint: toEndpoint(endpoint),
    apiKey: {
      prefix: apiKey?.prefix ?? "",
      lastFour: apiKey?.lastFour ?? "",
      lastUsedAt: apiKey?.lastUsedAt?.toISOString() ?? null,
    },
    hmacEnabled: endpoint.hmacEnabled,
    observation: {
      sampleSeconds: project.sampleSeconds,
      windowSeconds: project.windowSeconds,
      baselineSeconds: project.baselineSeconds,
      abandonSeconds: project.abandonSeconds,
    },
    lastSampleAt: endpoint.lastSampleAt?.toISOString() ?? null,
    lastScrapeErrorCode: endpoint.lastScrapeErrorCode,
    stats,
    createdAt: project.createdAt.toISOString(),
  };
}

export function toEndpoint(row: EndpointRow): z.infer<typeof endpointSchema> {
  return {
    state: row.state,
    activeUrl: row.activeUrl,
    candidateUrl: row.candidateUrl,
    lastTestedAt: row.lastTestedAt?.toISOString() ?? null,
    lastTestErrorCode: row.lastTestErrorCode,
  };
}

/** The metrics of a good scrape, under the names of the session API. */
export function toMetrics(
  sample: Extract<ScrapeOutcome, { ok: true }>["sample"],
): NonNullable<EndpointTest["sample"]> {
  return {
    requestsPerSec: sample.requests_per_sec,
    latencyP95Ms: sample.latency_p95,
    errorRate: sample.error_rate,
    cpuUsage: sample.cpu_usage,
    memoryUsage: sample.memory_usage,
  };
}
