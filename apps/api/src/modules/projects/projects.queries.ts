import { Inject, Injectable } from "@nestjs/common";
import { type EndpointChange, PROJECT_STATS_DAYS, type Project } from "@pulsekeep/contracts/api/projects";
import type { Page, PageQuery } from "@pulsekeep/contracts/api/shared";
import { schema, type Transaction } from "@pulsekeep/database";
import { and, desc, eq, inArray, isNull, ne, sql } from "drizzle-orm";
import { AppError } from "../../http/app-error.js";
import { decodeCursor, toPage } from "../../http/cursor.js";
import { Databases, type Tenant } from "../../platform/database.js";
import { countChanges } from "./endpoint-limits.js";
import { toProject } from "./project-view.js";

const { deployments, endpointChanges, metricEndpoints, projectApiKeys, projects, verdicts, workspaceQuotas } =
  schema;

const NO_DEPLOYMENTS: Project["stats"] = { deployments: 0, ok: 0, warning: 0, rollbackRecommended: 0 };

/** Projects as pages show them. */
@Injectable()
export class ProjectsQueries {
  constructor(@Inject(Databases) private readonly databases: Databases) {}

  /** One page of the workspace's projects, newest first. */
  async listProjects(tenant: Tenant, query: PageQuery): Promise<Page<Project>> {
    const before = decodeCursor(query.cursor);
    return this.databases.inTenant(tenant, async (tx) => {
      const rows = await selectProjects(tx)
        .where(
          before &&
            sql`(${projects.createdAt}, ${projects.id}) < (${before.at.toISOString()}::timestamptz, ${before.id}::uuid)`,
        )
        .orderBy(desc(projects.createdAt), desc(projects.id))
        .limit(query.limit + 1);
      const page = toPage(rows, query.limit, ({ project }) => ({ at: project.createdAt, id: project.id }));
      return { rows: await withParts(tx, page.rows), nextCursor: page.nextCursor };
    });
  }

  /** @throws AppError `not_found` */
  async getProject(tenant: Tenant, id: string): Promise<Project> {
    return this.databases.inTenant(tenant, async (tx) => {
      const [project] = await withParts(tx, await selectProjects(tx).where(eq(projects.id, id)));
      if (!project) throw new AppError("not_found");
      return project;
    });
  }

  /** One page of what happened to a project's endpoint, newest first. @throws AppError `not_found` */
  async listEndpointChanges(
    tenant: Tenant,
    projectId: string,
    query: PageQuery,
  ): Promise<Page<EndpointChange>> {
    const before = decodeCursor(query.cursor);
    return this.databases.inTenant(tenant, async (tx) => {
      const [project] = await tx.select({ id: projects.id }).from(projects).where(eq(projects.id, projectId));
      if (!project) throw new AppError("not_found");
      const rows = await tx
        .select()
        .from(endpointChanges)
        .where(
          and(
            eq(endpointChanges.projectId, projectId),
            before &&
              sql`(${endpointChanges.createdAt}, ${endpointChanges.id}) < (${before.at.toISOString()}::timestamptz, ${before.id}::uuid)`,
          ),
        )
        .orderBy(desc(endpointChanges.createdAt), desc(endpointChanges.id))
        .limit(query.limit + 1);
      const page = toPage(rows, query.limit, ({ createdAt, id }) => ({ at: createdAt, id }));
      return {
        rows: page.rows.map(({ createdAt, environment, ...row }) => ({
          ...row,
          environment: environment === "" ? null : environment,
          at: createdAt.toISOString(),
        })),
        nextCursor: page.nextCursor,
      };
    });
  }
}

const selectProjects = (tx: Transaction) =>
  tx
    .select({ project: projects, endpoint: metricEndpoints })
    .from(projects)
    .innerJoin(
      metricEndpoints,
      and(eq(metricEndpoints.projectId, projects.id), eq(metricEndpoints.environment, "")),
    );

type Selected = Awaited<ReturnType<typeof selectProjects>>;

async function withParts(tx: Transaction, rows: Selected): Promise<Project[]> {
  if (rows.length === 0) return [];
  const ids = rows.map(({ project }) => project.id);
  const keys = await tx
    .select()
    .from(projectApiKeys)
    .where(
      and(
        inArray(projectApiKeys.projectId, ids),
        isNull(projectApiKeys.revokedAt),
        sql`coalesce(${projectApiKeys.expiresAt}, 'infinity') > clock_timestamp()`,
      ),
    )
    .orderBy(desc(projectApiKeys.createdAt));
  const counted = await countVerdicts(tx, ids);
  const latest = await readLatest(tx, ids);
  const own = await tx
    .select()
    .from(metricEndpoints)
    .where(and(inArray(metricEndpoints.projectId, ids), ne(metricEndpoints.environment, "")))
    .orderBy(metricEndpoints.environment);
  const used = await countChanges(tx, ids);
  const [quota] = await tx.select().from(workspaceQuotas);
  return rows.map(({ project, endpoint }) =>
    toProject({
      project,
      endpoint,
      environmentEndpoints: own.filter((row) => row.projectId === project.id),
      apiKeys: keys.filter((key) => key.projectId === project.id),
      stats: counted.get(project.id) ?? NO_DEPLOYMENTS,
      latest: latest.get(project.id) ?? null,
      changes: {
        path: { used: used.get(project.id)?.path ?? 0, limit: quota?.pathChangesPerMonth ?? null },
        host: { used: used.get(project.id)?.host ?? 0, limit: quota?.hostChangesPerMonth ?? null },
      },
    }),
  );
}

/**
 * Nothing follows from a dry run, so it is a deployment and no verdict. Project by project over the index of its
 * deployments: asked for all projects at once, the planner reads every verdict that there is.
 */
async function countVerdicts(
  tx: Transaction,
  ids: readonly string[],
): Promise<Map<string, Project["stats"]>> {
  const of = (state: string) =>
    sql`(count(*) filter (where d.verdict_state = ${state} and not d.dry_run))::int`;
  const { rows } = await tx.execute<Project["stats"] & { id: string }>(
    sql`select p.id, counted.* from projects p cross join lateral (
          select count(*)::int as deployments, ${of("ok")} as ok, ${of("warning")} as warning,
            ${of("rollback_recommended")} as "rollbackRecommended"
          from (
            select d.verdict_state,
              coalesce((select v.dry_run from verdicts v where v.deployment_id = d.id), false) as dry_run
            from deployments d
            where d.project_id = p.id and d.started_at > now() - make_interval(days => ${PROJECT_STATS_DAYS}::int)
          ) d
        ) counted where ${inArray(sql`p.id`, [...ids])}`,
  );
  return new Map(rows.map(({ id, ...stats }) => [id, stats]));
}

async function readLatest(
  tx: Transaction,
  ids: readonly string[],
): Promise<Map<string, NonNullable<Project["latest"]>>> {
  const newest = tx
    .select()
    .from(deployments)
    .where(eq(deployments.projectId, projects.id))
    .orderBy(desc(deployments.startedAt), desc(deployments.id))
    .limit(1)
    .as("newest");
  const found = await tx
    .select({
      projectId: projects.id,
      id: newest.id,
      environment: newest.environment,
      verdict: newest.verdictState,
      dryRun: sql<boolean>`coalesce(${verdicts.dryRun}, false)`,
      startedAt: newest.startedAt,
    })
    .from(projects)
    .crossJoinLateral(newest)
    .leftJoin(verdicts, eq(verdicts.deploymentId, newest.id))
    .where(inArray(projects.id, [...ids]));
  return new Map(
    found.map(({ projectId, startedAt, ...row }) => [
      projectId,
      { ...row, startedAt: startedAt.toISOString() },
    ]),
  );
}
