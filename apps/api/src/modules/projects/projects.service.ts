import { Inject, Injectable } from "@nestjs/common";
import {
  DEFAULT_OBSERVATION,
  holdsEnoughSamples,
  type ProjectCreate,
  type ProjectUpdate,
  TOO_FEW_SAMPLES,
} from "@pulsekeep/contracts/api/projects";
import { schema, type Transaction } from "@pulsekeep/database";
import { and, eq, notInArray, sql } from "drizzle-orm";
import { AppError } from "../../http/app-error.js";
import type { UserCaller } from "../../http/caller.js";
import { requireRecentSignIn } from "../../http/recent-sign-in.js";
import { Clock } from "../../platform/clock.js";
import { Databases } from "../../platform/database.js";
import { GuardedFetch } from "../../platform/guarded-fetch/guarded-fetch.js";
import { newId } from "../../platform/ids.js";
import { enqueue, notice } from "../../platform/outbox.js";
import { actorOf, type AuditAction, AuditService } from "../audit/audit.service.js";
import { ApiKeysService } from "./api-keys.service.js";
import { refuseFaultyEndpoint } from "./get-endpoint.js";
import { lockProject } from "./lock-project.js";
import { refuseManyEnvironments, refuseManyProjects } from "./quotas.service.js";

const { metricEndpoints, projects } = schema;

/** Creates, changes and deletes projects. */
@Injectable()
export class ProjectsService {
  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(AuditService) private readonly audit: AuditService,
    @Inject(ApiKeysService) private readonly apiKeys: ApiKeysService,
    @Inject(GuardedFetch) private readonly guardedFetch: GuardedFetch,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** Returns the new project's id and its API key: the only time that the key is known. */
  async createProject(
    caller: UserCaller,
    input: ProjectCreate,
  ): Promise<{ id: string; apiKeyPlain: string }> {
    if (input.metricsEndpoint !== undefined) refuseFaultyEndpoint(this.guardedFetch, input.metricsEndpoint);
    return this.databases.inTenant(caller, async (tx) => {
      const id = newId();
      const { workspaceId } = caller;
      const observation = { ...DEFAULT_OBSERVATION, ...input.observation };
      const environments = distinct(input.environments);
      await refuseManyProjects(tx, workspaceId);
      await refuseManyEnvironments(tx, workspaceId, environments.length);
      await tx.insert(projects).values({
        id,
        workspaceId,
        name: input.name,
        description: input.description ?? "",
        stack: input.stack ?? null,
        services: distinct(input.services ?? []),
        environments,
        ...observation,
      });
      await tx.insert(metricEndpoints).values({
        projectId: id,
        workspaceId,
        state: input.metricsEndpoint === undefined ? "none" : "pending",
        candidateUrl: input.metricsEndpoint ?? null,
        intervalSeconds: observation.baselineSeconds,
      });
      const apiKeyPlain = await this.apiKeys.issue(tx, caller, id);
      await this.leaveTrace(tx, caller, { action: "project.created", id, facts: { name: input.name } });
      await this.leaveTrace(tx, caller, {
        action: "api_key.created",
        id,
        facts: { lastFour: apiKeyPlain.slice(-4) },
      });
      return { id, apiKeyPlain };
    });
  }

  /** @throws AppError `not_found`, `invalid_input` when too few samples would fit into the window */
  async updateProject(caller: UserCaller, id: string, update: ProjectUpdate): Promise<void> {
    const { environments, services, observation, ...plain } = update;
    const changes = {
      ...plain,
      ...(environments === undefined ? {} : { environments: distinct(environments) }),
      ...(services === undefined ? {} : { services: distinct(services) }),
      ...observation,
    };
    await this.databases.inTenant(caller, async (tx) => {
      const before = await lockProject(tx, id);
      if (Object.keys(changes).length === 0) return;
      if (observation !== undefined && !holdsEnoughSamples({ ...before, ...observation }))
        throw new AppError("invalid_input", { errors: [TOO_FEW_SAMPLES] });
      if (environments !== undefined && environments.length > before.environments.length)
        await refuseManyEnvironments(tx, caller.workspaceId, distinct(environments).length);
      await tx.update(projects).set(changes).where(eq(projects.id, id));
      if (environments !== undefined) await forgetEndpoints(tx, id, environments);
      // Only the pace of the baseline: a deployment that is watched keeps the pace that it began with.
      if (observation?.baselineSeconds !== undefined)
        await tx
          .update(metricEndpoints)
          .set({ intervalSeconds: observation.baselineSeconds })
          .where(
            and(
              eq(metricEndpoints.projectId, id),
              eq(metricEndpoints.intervalSeconds, before.baselineSeconds),
            ),
          );
      if (observation?.baselineEnabled === true && !before.baselineEnabled) await beginBaseline(tx, id);
      await this.leaveTrace(tx, caller, {
        action: "project.updated",
        id,
        facts: { fields: Object.keys(changes).join(", ") },
      });
    });
  }

  /**
   * Deletes a project with its deployments.
   *
   * @throws AppError `sign_in_again`, `not_found`, `PROJECT_DELETE_CONFIRMATION_MISMATCH`
   */
  async deleteProject(caller: UserCaller, id: string, confirmationName: string): Promise<void> {
    requireRecentSignIn(caller, this.clock.now());
    await this.databases.inTenant(caller, async (tx) => {
      const { name } = await lockProject(tx, id);
      if (confirmationName !== name) throw new AppError("PROJECT_DELETE_CONFIRMATION_MISMATCH");
      await tx.delete(projects).where(eq(projects.id, id));
      await this.leaveTrace(tx, caller, { action: "project.deleted", id, facts: { name } });
    });
  }

  private async leaveTrace(
    tx: Transaction,
    caller: UserCaller,
    { action, id, facts }: { action: AuditAction; id: string; facts: Record<string, string> },
  ): Promise<void> {
    await this.audit.record(tx, {
      workspaceId: caller.workspaceId,
      action,
      actor: actorOf(caller),
      subject: { kind: "project", id },
      facts,
    });
    await enqueue(tx, notice(caller.workspaceId, "project.changed", id));
  }
}

/** Nothing was due while the baseline was off. Switched off, it ends by itself at the next tick. */
async function beginBaseline(tx: Transaction, projectId: string): Promise<void> {
  await tx
    .update(metricEndpoints)
    .set({ nextScrapeAt: sql`coalesce(${metricEndpoints.nextScrapeAt}, clock_timestamp())` })
    .where(and(eq(metricEndpoints.projectId, projectId), eq(metricEndpoints.state, "active")));
}

/** Environments that are gone are measured no longer. */
async function forgetEndpoints(tx: Transaction, projectId: string, kept: readonly string[]): Promise<void> {
  await tx
    .delete(metricEndpoints)
    .where(
      and(eq(metricEndpoints.projectId, projectId), notInArray(metricEndpoints.environment, ["", ...kept])),
    );
}

const distinct = (names: readonly string[]): string[] => [...new Set(names)];
