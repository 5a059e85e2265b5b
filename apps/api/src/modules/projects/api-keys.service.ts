import { Inject, Injectable, type OnModuleInit } from "@nestjs/common";
import { schema, type Transaction } from "@pulsekeep/database";
import { and, eq, isNull, sql } from "drizzle-orm";
import type { FastifyRequest } from "fastify";
import { AppError } from "../../http/app-error.js";
import type { ApiKeyCaller, UserCaller } from "../../http/caller.js";
import { Authenticators } from "../../http/policy.js";
import { Databases } from "../../platform/database.js";
import { newId } from "../../platform/ids.js";
import { enqueue, notice } from "../../platform/outbox.js";
import { actorOf, AuditService } from "../audit/audit.service.js";
import { createApiKey, hashApiKey, isApiKeyForm } from "./api-key.js";
import { lockProject } from "./lock-project.js";

const { projectApiKeys } = schema;

/** The keys that CI calls with: issues, replaces and recognises them. */
@Injectable()
export class ApiKeysService implements OnModuleInit {
  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(AuditService) private readonly audit: AuditService,
    @Inject(Authenticators) private readonly authenticators: Authenticators,
  ) {}

  onModuleInit(): void {
    this.authenticators.register("api_key", (request) => this.authenticate(request));
  }

  /** Adds a key to a project and returns it: the only time that it is known. */
  async issue(tx: Transaction, caller: UserCaller, projectId: string): Promise<string> {
    const { apiKeyPlain, ...kept } = createApiKey();
    await tx
      .insert(projectApiKeys)
      .values({ id: newId(), workspaceId: caller.workspaceId, projectId, ...kept });
    return apiKeyPlain;
  }

  /** Replaces the project's key; the old one is refused from now on. @throws AppError `not_found` */
  async rotate(caller: UserCaller, projectId: string): Promise<string> {
    return this.databases.inTenant(caller, async (tx) => {
      // The lock leaves one key after two rotations at once.
      await lockProject(tx, projectId);
      await tx
        .update(projectApiKeys)
        .set({ revokedAt: sql`clock_timestamp()` })
        .where(and(eq(projectApiKeys.projectId, projectId), isNull(projectApiKeys.revokedAt)));
      const apiKeyPlain = await this.issue(tx, caller, projectId);
      await this.audit.record(tx, {
        workspaceId: caller.workspaceId,
        action: "api_key.rotated",
        actor: actorOf(caller),
        subject: { kind: "project", id: projectId },
        facts: { lastFour: apiKeyPlain.slice(-4) },
      });
      await enqueue(tx, notice(caller.workspaceId, "project.changed", projectId));
      return apiKeyPlain;
    });
  }

  async authenticate(request: FastifyRequest): Promise<ApiKeyCaller> {
    const apiKeyPlain = request.headers["x-api-key"];
    if (apiKeyPlain === undefined || apiKeyPlain === "") throw new AppError("API_KEY_MISSING");
    if (typeof apiKeyPlain !== "string" || !isApiKeyForm(apiKeyPlain)) throw new AppError("API_KEY_UNKNOWN");
    const { rows } = await this.databases.lookups.execute<{
      api_key_id: string | null;
      project_id: string | null;
      workspace_id: string | null;
    }>(sql`select api_key_id, project_id, workspace_id from lookup_api_key(${hashApiKey(apiKeyPlain)})`);
    const { api_key_id: apiKeyId, project_id: projectId, workspace_id: workspaceId } = rows[0] ?? {};
    if (!apiKeyId || !projectId || !workspaceId) throw new AppError("API_KEY_UNKNOWN");
    await this.recordUse(workspaceId, apiKeyId);
    return { kind: "api_key", apiKeyId, projectId, workspaceId };
  }

  /** Once a minute is enough to see that a key is in use. */
  private async recordUse(workspaceId: string, apiKeyId: string): Promise<void> {
    await this.databases.inTenant({ workspaceId }, (tx) =>
      tx
        .update(projectApiKeys)
        .set({ lastUsedAt: sql`clock_timestamp()` })
        .where(
          and(
            eq(projectApiKeys.id, apiKeyId),
            sql`coalesce(${projectApiKeys.lastUsedAt}, '-infinity') < clock_timestamp() - interval '1 minute'`,
          ),
        ),
    );
  }
}
