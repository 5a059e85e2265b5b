import { Inject, Injectable } from "@nestjs/common";
import type { Page, PageQuery } from "@pulsekeep/contracts/api/shared";
import { type Provisioning, provisioningStepSchema, type Worker } from "@pulsekeep/contracts/api/workers";
import { schema } from "@pulsekeep/database";
import { cadenceOf } from "@pulsekeep/worker/cadence";
import { and, desc, eq, isNotNull, ne, or, sql } from "drizzle-orm";
import { ENV, type Env } from "../../env.js";
import { AppError } from "../../http/app-error.js";
import { decodeCursor, toPage } from "../../http/cursor.js";
import { Databases, type Tenant } from "../../platform/database.js";
import { GitHubConsent } from "./github-consent.js";
import type { WorkerRow } from "./provisioning.service.js";
import { CURRENT_SILENCE } from "./silences.service.js";

const { provisionings, workers, workerSilences } = schema;
type SilenceRow = typeof workerSilences.$inferSelect;

/** Workers and provisionings as pages show them. */
@Injectable()
export class WorkersQueries {
  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(GitHubConsent) private readonly consent: GitHubConsent,
    @Inject(ENV) private readonly env: Env,
  ) {}

  async listWorkers(tenant: Tenant, query: PageQuery): Promise<Page<Worker>> {
    const before = decodeCursor(query.cursor);
    const rows = await this.databases.inTenant(tenant, (tx) =>
      tx
        .select({ worker: workers, silence: workerSilences })
        .from(workers)
        .leftJoin(workerSilences, CURRENT_SILENCE)
        .where(
          and(
            // What was removed before it came to be is of no interest to anybody.
            or(ne(workers.state, "removed"), isNotNull(workers.repositoryId)),
            before &&
              sql`(${workers.createdAt}, ${workers.id}) < (${before.at.toISOString()}::timestamptz, ${before.id}::uuid)`,
          ),
        )
        .orderBy(desc(workers.createdAt), desc(workers.id))
        .limit(query.limit + 1),
    );
    const page = toPage(rows, query.limit, ({ worker }) => ({ at: worker.createdAt, id: worker.id }));
    return { rows: page.rows.map((row) => this.toWorker(row)), nextCursor: page.nextCursor };
  }

  /** @throws AppError `not_found` */
  async getWorker(tenant: Tenant, id: string): Promise<Worker> {
    const [row] = await this.databases.inTenant(tenant, (tx) =>
      tx
        .select({ worker: workers, silence: workerSilences })
        .from(workers)
        .leftJoin(workerSilences, CURRENT_SILENCE)
        .where(eq(workers.id, id)),
    );
    if (!row) throw new AppError("not_found");
    return this.toWorker(row);
  }

  /** @throws AppError `not_found` */
  async getProvisioning(tenant: Tenant, id: string): Promise<Provisioning> {
    const [found] = await this.databases.inTenant(tenant, (tx) =>
      tx
        .select({ row: provisionings, worker: workers })
        .from(provisionings)
        .innerJoin(workers, eq(workers.id, provisionings.workerId))
        .where(eq(provisionings.id, id)),
    );
    if (!found) throw new AppError("not_found");
    const { row, worker } = found;
    return {
      id: row.id,
      workerId: row.workerId,
      purpose: row.purpose,
      way: row.way,
      state: row.state,
      steps: provisioningStepSchema.array().parse(row.steps),
      repository: this.toProvisioned(row.target ?? worker),
      tokenRevokedAt: row.tokenRevokedAt?.toISOString() ?? null,
      revokeUrl: this.consent.revokeUrl,
      githubUrl: this.env.GITHUB_URL,
      createdAt: row.createdAt.toISOString(),
      endedAt: row.endedAt?.toISOString() ?? null,
    };
  }

  private toProvisioned({
    repositoryId: id,
    repositoryOwnerId: ownerId,
    repositoryFullName: fullName,
    authorName: author,
  }: Pick<
    WorkerRow,
    "repositoryId" | "repositoryOwnerId" | "repositoryFullName" | "authorName"
  >): Provisioning["repository"] {
    if (id === null || ownerId === null || fullName === null) return null;
    return { id, ownerId, fullName, url: `${this.env.GITHUB_URL}/${fullName}`, author };
  }

  private toWorker({ worker: row, silence }: { worker: WorkerRow; silence: SilenceRow | null }): Worker {
    const { repositoryId, repositoryFullName, authorName, authorEmail } = row;
    return {
      id: row.id,
      clientId: row.clientId,
      kind: row.kind,
      way: row.way,
      state: row.state,
      repository:
        repositoryId === null || repositoryFullName === null
          ? null
          : {
              id: repositoryId,
              fullName: repositoryFullName,
              url: `${this.env.GITHUB_URL}/${repositoryFullName}`,
              defaultBranch: row.defaultBranch ?? "main",
            },
      author: authorName === null || authorEmail === null ? null : { name: authorName, email: authorEmail },
      version: row.version,
      cronMinute: row.cronMinute,
      // GitHub counts a begun minute as a whole one, and a waking with nothing to do takes seconds.
      actionsUse: row.kind === "actions" ? (cadenceOf(`${row.cronMinute} * * * *`, 0) ?? null) : null,
      lastHandshakeAt: row.lastHandshakeAt?.toISOString() ?? null,
      nextCheckInAt: row.nextCheckInAt?.toISOString() ?? null,
      silence: silence && {
        since: silence.since.toISOString(),
        missed: silence.missed,
        raisedAt: silence.raisedAt.toISOString(),
      },
      secretExpiresAt: row.secretExpiresAt.toISOString(),
      rotating: row.nextSecretSealed !== null,
      removedAt: row.removedAt?.toISOString() ?? null,
      createdAt: row.createdAt.toISOString(),
    };
  }
}
