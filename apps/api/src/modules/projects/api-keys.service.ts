import { Inject, Injectable, type OnModuleInit } from "@nestjs/common";
import type { ApiKeyRotate } from "@pulsekeep/contracts/api/projects";
import { schema, type Statement, type Transaction } from "@pulsekeep/database";
import { and, eq, isNotNull, isNull, type SQL, sql } from "drizzle-orm";
import type { FastifyRequest } from "fastify";
import { AppError } from "../../http/app-error.js";
import type { ApiKeyCaller, UserCaller } from "../../http/caller.js";
import { Authenticators } from "../../http/policy.js";
import { Databases } from "../../platform/database.js";
import { Gather } from "../../platform/gather.js";
import { newId } from "../../platform/ids.js";
import { enqueue, notice } from "../../platform/outbox.js";
import { actorOf, AuditService } from "../audit/audit.service.js";
import { createApiKey, hashApiKey, isApiKeyForm } from "./api-key.js";
import { lockProject } from "./lock-project.js";

const { projectApiKeys } = schema;

/** $1 hashes of keys */
const lookUpApiKeys: Statement = {
  name: "look_up_api_keys",
  text: "select place, api_key_id, project_id, workspace_id from lookup_api_keys($1)",
};
type FoundKey = { place: string; api_key_id: string; project_id: string; workspace_id: string };

const MAX_LOOKED_UP = 200;

/** Once a minute is enough to see that a key is in use. */
const USE_RECORDED_FOR_MS = 60_000;
const MAX_REMEMBERED = 10_000;

/** The keys that CI calls with: issues, replaces and recognises them. */
@Injectable()
export class ApiKeysService implements OnModuleInit {
  private readonly recordedUntilMs = new Map<string, number>();
  /** Keys that come at the same time are looked up together, and none for longer than its own call. */
  private readonly lookups = new Gather<Buffer, ApiKeyCaller | undefined>({
    max: MAX_LOOKED_UP,
    concurrency: 2,
    run: (hashes) => this.lookUp(hashes),
    isOneAtFault: () => false,
  });

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

  /**
   * Replaces the project's key. The one before is accepted until the overlap ends, and so is one that still had an
   * overlap; without an overlap all of them are refused from now on.
   *
   * @throws AppError `not_found`, `conflict` when somebody else has replaced the key that was meant: of two people
   * who rotate at once, one would leave with a key that is refused
   */
  async rotate(caller: UserCaller, projectId: string, asked: ApiKeyRotate): Promise<string> {
    const { overlapSeconds = 0, expectedLastFour } = asked;
    return this.databases.inTenant(caller, async (tx) => {
      // Read before the lock is waited for: who comes second finds another key than the one it meant.
      const meant = await findCurrent(tx, projectId);
      await lockProject(tx, projectId);
      const isMeant = expectedLastFour === undefined || expectedLastFour === meant?.lastFour;
      if (!meant || !isMeant || !(await endCurrent(tx, meant.id, overlapSeconds)))
        throw new AppError("conflict", { detail: "The key was replaced by somebody else" });
      if (overlapSeconds === 0) await revoke(tx, eq(projectApiKeys.projectId, projectId));
      const apiKeyPlain = await this.issue(tx, caller, projectId);
      await this.audit.record(tx, {
        workspaceId: caller.workspaceId,
        action: "api_key.rotated",
        actor: actorOf(caller),
        subject: { kind: "project", id: projectId },
        facts: { lastFour: apiKeyPlain.slice(-4), overlapSeconds },
      });
      await enqueue(tx, notice(caller.workspaceId, "project.changed", projectId));
      return apiKeyPlain;
    });
  }

  /** Ends the overlap of every key that was replaced. @throws AppError `not_found` */
  async revokePrevious(caller: UserCaller, projectId: string): Promise<void> {
    await this.databases.inTenant(caller, async (tx) => {
      await lockProject(tx, projectId);
      const ended = await revoke(
        tx,
        and(eq(projectApiKeys.projectId, projectId), isNotNull(projectApiKeys.expiresAt)),
      );
      if (ended === 0) return;
      await this.audit.record(tx, {
        workspaceId: caller.workspaceId,
        action: "api_key.revoked",
        actor: actorOf(caller),
        subject: { kind: "project", id: projectId },
        facts: { keys: ended },
      });
      await enqueue(tx, notice(caller.workspaceId, "project.changed", projectId));
    });
  }

  async authenticate(request: FastifyRequest): Promise<ApiKeyCaller> {
    const apiKeyPlain = request.headers["x-api-key"];
    if (apiKeyPlain === undefined || apiKeyPlain === "") throw new AppError("API_KEY_MISSING");
    if (typeof apiKeyPlain !== "string" || !isApiKeyForm(apiKeyPlain)) throw new AppError("API_KEY_UNKNOWN");
    const caller = await this.lookups.call(hashApiKey(apiKeyPlain));
    if (!caller) throw new AppError("API_KEY_UNKNOWN");
    await this.recordUse(caller);
    return caller;
  }

  private async lookUp(hashes: readonly Buffer[]): Promise<(ApiKeyCaller | undefined)[]> {
    const rows = await this.databases.lookUpForCi<FoundKey>(lookUpApiKeys, [hashes]);
    const callers: (ApiKeyCaller | undefined)[] = hashes.map(() => undefined);
    for (const { place, api_key_id: apiKeyId, project_id: projectId, workspace_id: workspaceId } of rows)
      callers[Number(place) - 1] = { kind: "api_key", apiKeyId, projectId, workspaceId };
    return callers;
  }

  private async recordUse({ workspaceId, apiKeyId }: ApiKeyCaller): Promise<void> {
    const nowMs = performance.now();
    if ((this.recordedUntilMs.get(apiKeyId) ?? 0) > nowMs) return;
    if (this.recordedUntilMs.size >= MAX_REMEMBERED) this.recordedUntilMs.clear();
    this.recordedUntilMs.set(apiKeyId, nowMs + USE_RECORDED_FOR_MS);
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

const isCurrent = and(isNull(projectApiKeys.revokedAt), isNull(projectApiKeys.expiresAt));

async function findCurrent(tx: Transaction, projectId: string) {
  const { id, lastFour } = projectApiKeys;
  const [current] = await tx
    .select({ id, lastFour })
    .from(projectApiKeys)
    .where(and(eq(projectApiKeys.projectId, projectId), isCurrent));
  return current;
}

/** @returns whether it was still the current one */
async function endCurrent(tx: Transaction, id: string, overlapSeconds: number): Promise<boolean> {
  const endsAt = sql`clock_timestamp() + make_interval(secs => ${overlapSeconds})`;
  const { rowCount } = await tx
    .update(projectApiKeys)
    .set(overlapSeconds === 0 ? { revokedAt: endsAt } : { expiresAt: endsAt })
    .where(and(eq(projectApiKeys.id, id), isCurrent));
  return rowCount === 1;
}

async function revoke(tx: Transaction, which: SQL | undefined): Promise<number> {
  const { rowCount } = await tx
    .update(projectApiKeys)
    .set({ revokedAt: sql`clock_timestamp()` })
    .where(and(which, isNull(projectApiKeys.revokedAt)));
  return rowCount ?? 0;
}
