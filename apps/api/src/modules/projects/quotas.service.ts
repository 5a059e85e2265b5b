import { Inject, Injectable } from "@nestjs/common";
import type { Quotas, WorkspaceQuotas } from "@pulsekeep/contracts/api/projects";
import { schema, type Transaction } from "@pulsekeep/database";
import { eq, sql } from "drizzle-orm";
import { AppError } from "../../http/app-error.js";
import type { UserCaller } from "../../http/caller.js";
import { Databases } from "../../platform/database.js";
import { actorOf, AuditService } from "../audit/audit.service.js";

const { projects, workspaceQuotas, workspaces } = schema;

/** What an administrator allows a workspace. Nothing else of it is shown to them, or written by them. */
@Injectable()
export class QuotasService {
  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(AuditService) private readonly audit: AuditService,
  ) {}

  /** The quotas of an account's own workspace. @throws AppError `not_found` */
  async findByOwner(email: string): Promise<WorkspaceQuotas> {
    const { rows } = await this.databases.admin.execute<{ id: string | null }>(
      sql`select lookup_quota_workspace(${email}) as id`,
    );
    const workspaceId = rows[0]?.id;
    if (!workspaceId) throw new AppError("not_found");
    return this.databases.inTenant({ workspaceId }, (tx) => readQuotas(tx, workspaceId));
  }

  /** Sets all quotas of a workspace; the owner sees in their audit that it was done. @throws AppError `not_found` */
  async setQuotas(caller: UserCaller, workspaceId: string, quotas: Quotas): Promise<WorkspaceQuotas> {
    return this.databases.inTenant({ workspaceId }, async (tx) => {
      const { deploymentsPerMonth, ...others } = quotas;
      const changed = await tx
        .update(workspaces)
        .set({ deploymentsPerMonth })
        .where(eq(workspaces.id, workspaceId))
        .returning({ id: workspaces.id });
      if (changed.length === 0) throw new AppError("not_found");
      await tx
        .insert(workspaceQuotas)
        .values({ workspaceId, ...others })
        .onConflictDoUpdate({ target: workspaceQuotas.workspaceId, set: others });
      await this.audit.record(tx, {
        workspaceId,
        action: "quota.changed",
        actor: actorOf(caller),
        subject: { kind: "workspace", id: workspaceId },
        facts: quotas,
      });
      return readQuotas(tx, workspaceId);
    });
  }
}

async function readQuotas(tx: Transaction, workspaceId: string): Promise<WorkspaceQuotas> {
  const [row] = await tx
    .select({ workspace: workspaces, quotas: workspaceQuotas })
    .from(workspaces)
    .leftJoin(workspaceQuotas, eq(workspaceQuotas.workspaceId, workspaces.id))
    .where(eq(workspaces.id, workspaceId));
  if (!row) throw new AppError("not_found");
  return {
    workspaceId,
    quotas: {
      deploymentsPerMonth: row.workspace.deploymentsPerMonth,
      projects: row.quotas?.projects ?? null,
      environments: row.quotas?.environments ?? null,
      pathChangesPerMonth: row.quotas?.pathChangesPerMonth ?? null,
      hostChangesPerMonth: row.quotas?.hostChangesPerMonth ?? null,
    },
  };
}

/** Two projects at once do not both take the last place: the quota's row is held. @throws AppError `QUOTA_REACHED` */
export async function refuseManyProjects(tx: Transaction, workspaceId: string): Promise<void> {
  const [row] = await tx
    .select({ limit: workspaceQuotas.projects })
    .from(workspaceQuotas)
    .where(eq(workspaceQuotas.workspaceId, workspaceId))
    .for("no key update");
  const limit = row?.limit ?? null;
  if (limit === null) return;
  const [{ used } = { used: 0 }] = await tx.select({ used: sql<number>`count(*)::int` }).from(projects);
  if (used >= limit) throw new AppError("QUOTA_REACHED", { detail: `${used}/${limit} projects` });
}

/** @throws AppError `QUOTA_REACHED` */
export async function refuseManyEnvironments(
  tx: Transaction,
  workspaceId: string,
  wanted: number,
): Promise<void> {
  const [row] = await tx
    .select({ limit: workspaceQuotas.environments })
    .from(workspaceQuotas)
    .where(eq(workspaceQuotas.workspaceId, workspaceId));
  const limit = row?.limit ?? null;
  if (limit !== null && wanted > limit)
    throw new AppError("QUOTA_REACHED", { detail: `${wanted}/${limit} environments` });
}
