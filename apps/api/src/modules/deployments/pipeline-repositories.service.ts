import { Inject, Injectable } from "@nestjs/common";
import type { TrustedRepository } from "@pulsekeep/contracts/api/ci";
import { schema } from "@pulsekeep/database";
import { and, asc, eq, isNull, sql } from "drizzle-orm";
import { AppError } from "../../http/app-error.js";
import type { RepositoryCaller, UserCaller } from "../../http/caller.js";
import { Databases, type Tenant } from "../../platform/database.js";
import { newId } from "../../platform/ids.js";
import { enqueue, notice } from "../../platform/outbox.js";
import { actorOf, AuditService } from "../audit/audit.service.js";

const { pipelineRepositories, projects } = schema;
const MAX_REPOSITORIES = 20;

type GitHubIds = { repositoryId: string; ownerId: string };

/** Which repositories' runs a project takes for its pipeline. */
@Injectable()
export class PipelineRepositoriesService {
  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(AuditService) private readonly audit: AuditService,
  ) {}

  /** Oldest first. @throws AppError `not_found` */
  async listRepositories(tenant: Tenant, projectId: string): Promise<TrustedRepository[]> {
    return this.databases.inTenant(tenant, async (tx) => {
      const [project] = await tx.select({ id: projects.id }).from(projects).where(eq(projects.id, projectId));
      if (!project) throw new AppError("not_found");
      const rows = await tx
        .select()
        .from(pipelineRepositories)
        .where(eq(pipelineRepositories.projectId, projectId))
        .orderBy(asc(pipelineRepositories.createdAt), asc(pipelineRepositories.id));
      return rows.map(toRepository);
    });
  }

  /** @throws AppError `not_found`, `conflict` when it is trusted already or there are too many */
  async trust(caller: UserCaller, projectId: string, name: string): Promise<TrustedRepository> {
    const before = await this.listRepositories(caller, projectId);
    if (before.length >= MAX_REPOSITORIES)
      throw new AppError("conflict", { detail: `A project trusts ${MAX_REPOSITORIES} repositories at most` });
    return this.databases.inTenant(caller, async (tx) => {
      const row = { id: newId(), projectId, workspaceId: caller.workspaceId, name };
      const [added] = await tx.insert(pipelineRepositories).values(row).onConflictDoNothing().returning();
      if (!added) throw new AppError("conflict", { detail: "This repository is trusted already" });
      await this.audit.record(tx, {
        workspaceId: caller.workspaceId,
        action: "repository.trusted",
        actor: actorOf(caller),
        subject: { kind: "project", id: projectId },
        facts: { repository: name },
      });
      return toRepository(added);
    });
  }

  /** @throws AppError `not_found` */
  async remove(caller: UserCaller, projectId: string, id: string): Promise<void> {
    await this.databases.inTenant(caller, async (tx) => {
      const [removed] = await tx
        .delete(pipelineRepositories)
        .where(and(eq(pipelineRepositories.id, id), eq(pipelineRepositories.projectId, projectId)))
        .returning();
      if (!removed) throw new AppError("not_found");
      await this.audit.record(tx, {
        workspaceId: caller.workspaceId,
        action: "repository.removed",
        actor: actorOf(caller),
        subject: { kind: "project", id: projectId },
        facts: { repository: removed.name, repositoryId: removed.repositoryId },
      });
    });
  }

  /**
   * Fixes the numeric ids of a name, which its first run brings: a repository that takes the name over later has
   * others. Of two runs at once one binds; the other passes if it is of the same repository.
   */
  async bind(caller: RepositoryCaller, ids: GitHubIds): Promise<boolean> {
    return this.databases.inTenant(caller, async (tx) => {
      const [bound] = await tx
        .update(pipelineRepositories)
        .set({ ...ids, boundAt: sql`clock_timestamp()`, lastUsedAt: sql`clock_timestamp()` })
        .where(
          and(eq(pipelineRepositories.id, caller.repositoryId), isNull(pipelineRepositories.repositoryId)),
        )
        .returning();
      if (!bound) {
        const [other] = await tx
          .select()
          .from(pipelineRepositories)
          .where(eq(pipelineRepositories.id, caller.repositoryId));
        return other?.repositoryId === ids.repositoryId && other.ownerId === ids.ownerId;
      }
      await this.audit.record(tx, {
        workspaceId: caller.workspaceId,
        action: "repository.bound",
        actor: { kind: "system", id: null },
        subject: { kind: "project", id: caller.projectId },
        facts: { repository: bound.name, ...ids },
      });
      await enqueue(tx, notice(caller.workspaceId, "project.changed", caller.projectId));
      return true;
    });
  }

  /** Once a minute is enough to see that a repository is in use. */
  async recordUse(caller: RepositoryCaller): Promise<void> {
    await this.databases.inTenant(caller, (tx) =>
      tx
        .update(pipelineRepositories)
        .set({ lastUsedAt: sql`clock_timestamp()` })
        .where(
          and(
            eq(pipelineRepositories.id, caller.repositoryId),
            sql`coalesce(${pipelineRepositories.lastUsedAt}, '-infinity') < clock_timestamp() - interval '1 minute'`,
          ),
        ),
    );
  }
}

const toRepository = (row: typeof pipelineRepositories.$inferSelect): TrustedRepository => ({
  id: row.id,
  name: row.name,
  repositoryId: row.repositoryId,
  boundAt: row.boundAt?.toISOString() ?? null,
  lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
  createdAt: row.createdAt.toISOString(),
});
