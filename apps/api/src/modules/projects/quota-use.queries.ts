import { Inject, Injectable } from "@nestjs/common";
import type { QuotaUse } from "@pulsekeep/contracts/api/projects";
import { schema } from "@pulsekeep/database";
import { asc, eq, sql } from "drizzle-orm";
import { Databases, type Tenant } from "../../platform/database.js";
import { countChanges } from "./endpoint-limits.js";

const { projects, workspaceQuotas, workspaces } = schema;

const MONTH = sql`date_trunc('month', clock_timestamp() at time zone 'UTC')`;

/** What a workspace may use, and what it uses. */
@Injectable()
export class QuotaUseQueries {
  constructor(@Inject(Databases) private readonly databases: Databases) {}

  async getUse(tenant: Tenant): Promise<QuotaUse> {
    return this.databases.inTenant(tenant, async (tx) => {
      const [limits] = await tx
        .select({
          deployments: workspaces.deploymentsPerMonth,
          projects: workspaceQuotas.projects,
          environments: workspaceQuotas.environments,
          path: workspaceQuotas.pathChangesPerMonth,
          host: workspaceQuotas.hostChangesPerMonth,
          monthEndsAt: sql<string>`(${MONTH} + interval '1 month') at time zone 'UTC'`,
          // What triggers are counted by: a project that was deleted since has used its part too.
          used: sql<number>`coalesce((select d.used from workspace_deployments d
            where d.workspace_id = ${workspaces.id} and d.month = ${MONTH}::date), 0)::int`,
        })
        .from(workspaces)
        .leftJoin(workspaceQuotas, eq(workspaceQuotas.workspaceId, workspaces.id))
        .where(eq(workspaces.id, tenant.workspaceId));
      if (!limits) throw new Error("A caller has a workspace");
      const rows = await tx
        .select({
          id: projects.id,
          name: projects.name,
          environments: projects.environments,
          deployments: sql<number>`(select count(*)::int from deployments d
            where d.project_id = projects.id and d.started_at >= ${MONTH} at time zone 'UTC')`,
        })
        .from(projects)
        .orderBy(asc(sql`lower(${projects.name})`), asc(projects.id));
      const changes =
        rows.length === 0
          ? undefined
          : await countChanges(
              tx,
              rows.map(({ id }) => id),
            );
      return {
        monthEndsAt: new Date(limits.monthEndsAt).toISOString(),
        deployments: { used: limits.used, limit: limits.deployments },
        projects: { used: rows.length, limit: limits.projects },
        perProject: rows.map(({ environments, ...row }) => ({
          ...row,
          environments: { used: environments.length, limit: limits.environments },
          pathChanges: { used: changes?.get(row.id)?.path ?? 0, limit: limits.path },
          hostChanges: { used: changes?.get(row.id)?.host ?? 0, limit: limits.host },
        })),
      };
    });
  }
}
