import { createHash } from "node:crypto";
import type { TriggerRequest } from "@pulsekeep/contracts/api/ci";
import { schema, type Transaction } from "@pulsekeep/database";
import { and, eq, sql } from "drizzle-orm";
import { AppError } from "../../http/app-error.js";
import type { ApiKeyCaller } from "../../http/caller.js";
import type { DeploymentRow } from "./deployment-view.js";

const { deployments, idempotencyKeys } = schema;
const KEPT_HOURS = 24;

/** SHA-256 of what a trigger says: the known fields without the key, in one order, whatever the spelling was. */
function digestTrigger(request: TriggerRequest): Buffer {
  const entries = Object.entries(request)
    .filter(([name, value]) => name !== "idempotency_key" && value !== null && value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash("sha256").update(JSON.stringify(entries)).digest();
}

/**
 * The deployment that this project's key was used for within the last day. Keys of other projects do not exist
 * here.
 *
 * @throws AppError `IDEMPOTENCY_KEY_REUSED` when the key came with something else
 */
export async function findByIdempotencyKey(
  tx: Transaction,
  caller: ApiKeyCaller,
  { key, request }: { key: string; request: TriggerRequest },
): Promise<DeploymentRow | undefined> {
  const [found] = await tx
    .select({ bodyHash: idempotencyKeys.bodyHash, deployment: deployments })
    .from(idempotencyKeys)
    .innerJoin(deployments, eq(deployments.id, idempotencyKeys.deploymentId))
    .where(
      and(
        eq(idempotencyKeys.projectId, caller.projectId),
        eq(idempotencyKeys.key, key),
        sql`${idempotencyKeys.expiresAt} > clock_timestamp()`,
      ),
    );
  if (!found) return undefined;
  const { bodyHash, deployment } = found;
  if (bodyHash.equals(digestTrigger(request)) || saysNothingElse(request, deployment)) return deployment;
  throw new AppError("IDEMPOTENCY_KEY_REUSED");
}

/** Binds a key to a deployment for a day; a key whose day is over is taken anew. */
export async function recordIdempotencyKey(
  tx: Transaction,
  caller: ApiKeyCaller,
  { key, request, deploymentId }: { key: string; request: TriggerRequest; deploymentId: string },
): Promise<void> {
  const bound = {
    bodyHash: digestTrigger(request),
    deploymentId,
    expiresAt: sql`clock_timestamp() + make_interval(hours => ${KEPT_HOURS})`,
  };
  await tx
    .insert(idempotencyKeys)
    .values({ projectId: caller.projectId, workspaceId: caller.workspaceId, key, ...bound })
    .onConflictDoUpdate({ target: [idempotencyKeys.projectId, idempotencyKeys.key], set: bound });
}

/** Clients in use repeat a trigger with fewer fields than at first; what they do repeat must be the same. */
function saysNothingElse(request: TriggerRequest, deployment: DeploymentRow): boolean {
  const recorded = toColumns(request);
  return Object.entries(recorded).every(
    ([column, value]) => value === undefined || deployment[column as keyof typeof recorded] === value,
  );
}

/** What a trigger says about its deployment; undefined where it says nothing. */
export function toColumns(request: TriggerRequest) {
  return {
    environment: request.env,
    service: request.service ?? undefined,
    branch: request.branch ?? undefined,
    version: request.version ?? undefined,
    commitSha: request.commit_sha ?? undefined,
    pr: request.pr === null || request.pr === undefined ? undefined : String(request.pr),
    actor: request.actor ?? undefined,
    runUrl: request.run_url ?? undefined,
    isRollback: request.is_rollback ?? undefined,
  };
}
