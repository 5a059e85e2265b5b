import { Inject, Injectable } from "@nestjs/common";
import type { BadgeAddresses, BadgeQuery, BadgeState } from "@pulsekeep/contracts/api/analytics";
import { schema, type Transaction } from "@pulsekeep/database";
import { eq, sql } from "drizzle-orm";
import { ENV, type Env } from "../../env.js";
import { AppError } from "../../http/app-error.js";
import type { UserCaller } from "../../http/caller.js";
import { Databases, type Tenant } from "../../platform/database.js";
import { newSecret } from "../../platform/ids.js";
import { actorOf, AuditService } from "../audit/audit.service.js";
import { DeploymentsQueries } from "../deployments/deployments.queries.js";
import { toBadgeState } from "./badge-state.js";

const { projectBadges, projects } = schema;
const KEY_BYTES = 18;
const KEY_FORM = /^[A-Za-z0-9_-]{24}$/;

/** Public badges: switched on per project, found by a key that nobody guesses, gone when switched off. */
@Injectable()
export class BadgesService {
  constructor(
    @Inject(ENV) private readonly env: Env,
    @Inject(Databases) private readonly databases: Databases,
    @Inject(AuditService) private readonly audit: AuditService,
    @Inject(DeploymentsQueries) private readonly deployments: DeploymentsQueries,
  ) {}

  /** @throws AppError `not_found` */
  async getAddresses(tenant: Tenant, projectId: string): Promise<BadgeAddresses> {
    return this.databases.inTenant(tenant, async (tx) => {
      await getEnvironments(tx, projectId);
      const [badge] = await tx.select().from(projectBadges).where(eq(projectBadges.projectId, projectId));
      return this.toAddresses(badge?.badgeKey);
    });
  }

  /** Switching on what is on changes nothing. @throws AppError `not_found` */
  async enable(caller: UserCaller, projectId: string): Promise<BadgeAddresses> {
    return this.databases.inTenant(caller, async (tx) => {
      await getEnvironments(tx, projectId);
      const badgeKey = newSecret(KEY_BYTES);
      const [added] = await tx
        .insert(projectBadges)
        .values({ projectId, workspaceId: caller.workspaceId, badgeKey })
        .onConflictDoNothing()
        .returning();
      if (added) await this.leaveTrace(tx, caller, { projectId, action: "badge.enabled" });
      const [badge] = await tx.select().from(projectBadges).where(eq(projectBadges.projectId, projectId));
      return this.toAddresses(badge?.badgeKey);
    });
  }

  /** Its addresses lead nowhere from now on, also when it is switched on again. @throws AppError `not_found` */
  async disable(caller: UserCaller, projectId: string): Promise<void> {
    await this.databases.inTenant(caller, async (tx) => {
      await getEnvironments(tx, projectId);
      const removed = await tx
        .delete(projectBadges)
        .where(eq(projectBadges.projectId, projectId))
        .returning({ projectId: projectBadges.projectId });
      if (removed.length > 0) await this.leaveTrace(tx, caller, { projectId, action: "badge.disabled" });
    });
  }

  /** What the badge shows now. @throws AppError `not_found`, also for an environment that the project has not */
  async getState(key: string, query: BadgeQuery): Promise<BadgeState> {
    const { projectId, workspaceId } = await this.getProject(key);
    const tenant = { workspaceId };
    const environments = await this.databases.inTenant(tenant, (tx) => getEnvironments(tx, projectId));
    const environment = query.environment ?? environments[0];
    if (environment === undefined || !environments.includes(environment)) throw new AppError("not_found");
    const { rows } = await this.deployments.listDeployments(tenant, {
      projectId,
      environment,
      service: query.service,
      limit: 1,
    });
    const [latest] = rows;
    const label = query.service === undefined ? environment : `${environment} ${query.service}`;
    const shown = {
      state: latest?.verdictState ?? null,
      dryRun: latest?.dryRun ?? false,
      lateWarning: latest?.lateWarning ?? false,
      startedAt: latest?.startedAt ?? null,
    };
    return toBadgeState(shown, label, query.lang);
  }

  private async getProject(key: string): Promise<{ projectId: string; workspaceId: string }> {
    if (!KEY_FORM.test(key)) throw new AppError("not_found");
    const { rows } = await this.databases.lookups.execute<{
      project_id: string | null;
      workspace_id: string | null;
    }>(sql`select project_id, workspace_id from lookup_badge(${key})`);
    const { project_id: projectId, workspace_id: workspaceId } = rows[0] ?? {};
    if (!projectId || !workspaceId) throw new AppError("not_found");
    return { projectId, workspaceId };
  }

  private toAddresses(key: string | undefined): BadgeAddresses {
    if (key === undefined) return { svgUrl: null, jsonUrl: null };
    const address = `${this.env.PULSEKEEP_PUBLIC_URL}/badges/${key}`;
    return { svgUrl: `${address}.svg`, jsonUrl: `${address}.json` };
  }

  private leaveTrace(
    tx: Transaction,
    caller: UserCaller,
    { projectId, action }: { projectId: string; action: "badge.enabled" | "badge.disabled" },
  ): Promise<void> {
    return this.audit.record(tx, {
      workspaceId: caller.workspaceId,
      action,
      actor: actorOf(caller),
      subject: { kind: "project", id: projectId },
    });
  }
}

/** @throws AppError `not_found` */
async function getEnvironments(tx: Transaction, projectId: string): Promise<string[]> {
  const [project] = await tx
    .select({ environments: projects.environments })
    .from(projects)
    .where(eq(projects.id, projectId));
  if (!project) throw new AppError("not_found");
  return project.environments;
}
