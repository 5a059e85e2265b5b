import type { Transaction } from "@pulsekeep/database";
import { sql } from "drizzle-orm";

/** More than this is "many": counting on would be work for a number that tells nothing. */
export const MOST_COUNTED = 1_000;

const TABLES = [
  "workers",
  "worker_sessions",
  "provisionings",
  "lanes",
  "pulses",
  "runs",
  "projects",
  "project_api_keys",
  "metric_endpoints",
  "metric_samples",
  "deployments",
  "verdicts",
  "audit_entries",
  "proof_links",
] as const;

/** How many rows of a workspace there are of what is about its user: row-level security counts only its own. */
export async function countRows(tx: Transaction): Promise<{ name: string; count: number }[]> {
  const { rows } = await tx.execute<{ name: string; count: number }>(
    sql.raw(
      TABLES.map(
        (name) =>
          `select '${name}' as name, (select count(*)::int from (select from ${name} limit ${MOST_COUNTED}) counted) as count`,
      ).join(" union all "),
    ),
  );
  return rows;
}
