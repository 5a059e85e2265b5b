import type { EndpointChange } from "@pulsekeep/contracts/api/projects";
import { schema, type Transaction } from "@pulsekeep/database";
import { eq, sql } from "drizzle-orm";
import { AppError } from "../../http/app-error.js";
import type { Tenant } from "../../platform/database.js";
import type { EndpointRow } from "./project-view.js";

const { workspaceQuotas } = schema;

export type Replaced = EndpointChange["replaced"];
/** What would be measured from now on. */
export type NextSource = { source: EndpointRow["source"]; url: string | null };

/** Where a project's samples come from now; null where nothing is measured yet, or samples are pushed. */
export function measuredUrl(endpoint: EndpointRow): string | null {
  if (endpoint.source === "push") return null;
  if (endpoint.source === "endpoint") return endpoint.activeUrl;
  return (endpoint.prometheus as { baseUrl: string } | null)?.baseUrl ?? null;
}

export const hostLockOf = (endpoint: EndpointRow): string | null => {
  const url = measuredUrl(endpoint);
  return url === null ? null : new URL(url).host;
};

/** What a change replaces: only the path, the host (or the way of measuring) too, or nothing that was measured. */
function replacedBy(endpoint: EndpointRow, next: NextSource): Replaced {
  const isMeasured = endpoint.source === "push" || measuredUrl(endpoint) !== null;
  if (!isMeasured) return null;
  if (next.source !== endpoint.source) return "host";
  if (next.url === null || next.url === measuredUrl(endpoint)) return null;
  return new URL(next.url).host === hostLockOf(endpoint) ? "path" : "host";
}

/**
 * Refuses what would leave the locked host without saying so, and what is beyond the month's number of changes
 * (calendar month, UTC). In the transaction that holds the project's lock, so that two changes at once count.
 *
 * @throws AppError `PROJECT_ENDPOINT_BLOCKED`, `HOST_LOCK_VIOLATION`, `CHANGE_LIMIT_EXCEEDED`, `MIGRATION_LIMIT_EXCEEDED`
 */
export async function refuseChange(
  tx: Transaction,
  tenant: Tenant,
  change: { endpoint: EndpointRow; next: NextSource; migrateHost: boolean },
): Promise<Replaced> {
  const { endpoint, next, migrateHost } = change;
  if (endpoint.state === "blocked") throw new AppError("PROJECT_ENDPOINT_BLOCKED");
  const replaced = replacedBy(endpoint, next);
  if (replaced === "host" && hostLockOf(endpoint) !== null && !migrateHost)
    throw new AppError("HOST_LOCK_VIOLATION", { detail: `The project is locked to ${hostLockOf(endpoint)}` });
  if (replaced === null) return null;
  await refuseBeyond(tx, tenant, { projectId: endpoint.projectId, replaced });
  return replaced;
}

/**
 * Going back to the project's address is a change like any other: else an environment could move from host to host by
 * being removed and added again.
 *
 * @throws AppError `PROJECT_ENDPOINT_BLOCKED`, `MIGRATION_LIMIT_EXCEEDED`
 */
export async function refuseRemoval(
  tx: Transaction,
  tenant: Tenant,
  endpoint: EndpointRow,
): Promise<Replaced> {
  if (endpoint.state === "blocked") throw new AppError("PROJECT_ENDPOINT_BLOCKED");
  if (measuredUrl(endpoint) === null) return null;
  await refuseBeyond(tx, tenant, { projectId: endpoint.projectId, replaced: "host" });
  return "host";
}

async function refuseBeyond(
  tx: Transaction,
  tenant: Tenant,
  { projectId, replaced }: { projectId: string; replaced: "path" | "host" },
): Promise<void> {
  const limit = await findLimit(tx, tenant, replaced);
  if (limit === null) return;
  const used = (await countChanges(tx, [projectId])).get(projectId)?.[replaced] ?? 0;
  if (used >= limit)
    throw new AppError(replaced === "path" ? "CHANGE_LIMIT_EXCEEDED" : "MIGRATION_LIMIT_EXCEEDED", {
      detail: `${used}/${limit} this month`,
    });
}

async function findLimit(tx: Transaction, tenant: Tenant, replaced: "path" | "host"): Promise<number | null> {
  const [row] = await tx
    .select()
    .from(workspaceQuotas)
    .where(eq(workspaceQuotas.workspaceId, tenant.workspaceId));
  return (replaced === "path" ? row?.pathChangesPerMonth : row?.hostChangesPerMonth) ?? null;
}

/** Changes of this month by project, those of all its environments together. */
export async function countChanges(
  tx: Transaction,
  projectIds: readonly string[],
): Promise<Map<string, { path: number; host: number }>> {
  const ids = sql.join(
    projectIds.map((id) => sql`${id}::uuid`),
    sql`, `,
  );
  const { rows } = await tx.execute<{ project_id: string; path: number; host: number }>(
    sql`select project_id, (count(*) filter (where replaced = 'path'))::int as path,
               (count(*) filter (where replaced = 'host'))::int as host
        from endpoint_changes
        where project_id in (${ids}) and kind in ('activated', 'removed')
          and created_at >= date_trunc('month', clock_timestamp() at time zone 'UTC') at time zone 'UTC'
        group by project_id`,
  );
  return new Map(rows.map(({ project_id, ...counts }) => [project_id, counts]));
}
