import type { Transaction } from "@pulsekeep/database";
import { sql } from "drizzle-orm";
import { pgArray, pgTextArray } from "../../platform/pg-array.js";
import type { MeasuredValues, MetricName } from "./metric-values.js";

export type SampleToKeep = {
  projectId: string;
  /** The environment whose own endpoint was asked; '' for the project's. */
  environment: string;
  workspaceId: string;
  at: Date;
  /** Why nothing was measured; null where something was. */
  missingReason: string | null;
  values: MeasuredValues | undefined;
};

/** Appends samples; what is there already for an endpoint's instant stays. Returns those that were added. */
export async function insertSamples(
  tx: Transaction,
  samples: readonly SampleToKeep[],
): Promise<{ projectId: string; at: Date }[]> {
  if (samples.length === 0) return [];
  const column = (metric: MetricName) => pgArray(samples.map(({ values }) => values?.[metric]));
  const { rows } = await tx.execute<{ project_id: string; at: string }>(
    sql`insert into metric_samples (project_id, environment, workspace_id, at, missing_reason, requests_per_sec, latency_p95_ms,
          error_rate, cpu_usage, memory_usage)
        select * from unnest(${pgArray(samples.map(({ projectId }) => projectId))}::uuid[],
          ${pgTextArray(samples.map(({ environment }) => environment))}::text[],
          ${pgArray(samples.map(({ workspaceId }) => workspaceId))}::uuid[],
          ${pgArray(samples.map(({ at }) => at))}::timestamptz[],
          ${pgArray(samples.map(({ missingReason }) => missingReason))}::text[],
          ${column("requests_per_sec")}::float8[], ${column("latency_p95")}::float8[],
          ${column("error_rate")}::float8[], ${column("cpu_usage")}::float8[], ${column("memory_usage")}::float8[])
        on conflict do nothing returning project_id, at`,
  );
  return rows.map(({ project_id, at }) => ({ projectId: project_id, at: new Date(at) }));
}
