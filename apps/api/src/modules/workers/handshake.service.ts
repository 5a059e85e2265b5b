import { Inject, Injectable } from "@nestjs/common";
import type { HelloRequest, HelloResponse, ReportRequest } from "@pulsekeep/contracts/worker-protocol";
import { schema, type Transaction } from "@pulsekeep/database";
import { runnerAudience } from "@pulsekeep/signing";
import { readWorkerRelease } from "@pulsekeep/worker";
import { eq, sql } from "drizzle-orm";
import { ENV, type Env } from "../../env.js";
import { AppError } from "../../http/app-error.js";
import { Clock } from "../../platform/clock.js";
import { Databases } from "../../platform/database.js";
import { newId } from "../../platform/ids.js";
import { LOGGER, type Logger } from "../../platform/logger.js";
import { enqueue, notice } from "../../platform/outbox.js";
import { AuditService } from "../audit/audit.service.js";
import { nextCheckIn } from "./next-check-in.js";
import { ProvisioningService, type WorkerRow } from "./provisioning.service.js";
import { type RunnerClaims, RunnerTokenVerifier } from "./runner-token-verifier.js";
import { type ProvenWorker, WorkerAuthService } from "./worker-auth.service.js";

const { workers, workerSessions } = schema;
const SESSION_MINUTES = 10;

/** Opens sessions for workers that have proven their secret and where they run. */
@Injectable()
export class HandshakeService {
  private readonly release = readWorkerRelease();

  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(WorkerAuthService) private readonly auth: WorkerAuthService,
    @Inject(RunnerTokenVerifier) private readonly runnerTokens: RunnerTokenVerifier,
    @Inject(ProvisioningService) private readonly provisionings: ProvisioningService,
    @Inject(AuditService) private readonly audit: AuditService,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(ENV) private readonly env: Env,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** @throws AppError `runner_token_refused` when the run is not the one that the worker is bound to */
  async hello(
    proven: ProvenWorker,
    request: HelloRequest,
    runnerToken: string | undefined,
  ): Promise<HelloResponse> {
    const { worker } = proven;
    const claims = worker.kind === "actions" ? await this.verifyRunner(worker, runnerToken) : undefined;
    const now = this.clock.now();
    const checkIn = nextCheckIn(worker.cronMinute, now);
    const session = { id: newId(), expiresAt: new Date(now.getTime() + SESSION_MINUTES * 60_000) };
    await this.databases.inTenant(worker, async (tx) => {
      if (claims && !(await this.auth.useNonce(tx, worker, `oidc:${claims.jti}`)))
        this.refuse(worker, "token replayed");
      await tx.insert(workerSessions).values({
        ...session,
        workspaceId: worker.workspaceId,
        workerId: worker.id,
        githubRunId: claims?.run_id ?? null,
      });
      await tx
        .update(workers)
        .set({ lastHandshakeAt: now, nextCheckInAt: checkIn, version: request.workerVersion })
        .where(eq(workers.id, worker.id));
      await enqueue(tx, notice(worker.workspaceId, "worker.changed", worker.id));
    });
    return {
      sessionId: session.id,
      expiresAt: session.expiresAt.toISOString(),
      serverTime: now.toISOString(),
      nextCheckInSeconds: this.secondsUntilCheckIn(worker, now),
      release:
        request.workerVersion === this.release.version
          ? null
          : { version: this.release.version, sha256: this.release.sha256 },
    };
  }

  secondsUntilCheckIn(worker: WorkerRow, now: Date): number {
    return Math.round((nextCheckIn(worker.cronMinute, now).getTime() - now.getTime()) / 1_000);
  }

  /** What follows from a worker's first run, in the transaction of its report. */
  async recordVerification(tx: Transaction, worker: WorkerRow, { result }: ReportRequest): Promise<void> {
    const refusal = this.findVerificationFault(worker, result);
    const ok = refusal === undefined;
    await tx
      .update(workers)
      .set({ state: ok ? "active" : "failed" })
      .where(sql`${workers.id} = ${worker.id} and ${workers.state} in ('verifying', 'active')`);
    await this.provisionings.recordVerification(
      tx,
      worker.id,
      ok
        ? { ok, facts: { repository: worker.repositoryFullName ?? "", version: worker.version ?? "" } }
        : { ok, errorCode: refusal },
    );
    await this.audit.record(tx, {
      workspaceId: worker.workspaceId,
      action: ok ? "worker.verified" : "worker.failed",
      actor: { kind: "worker", id: worker.id },
      subject: { kind: "worker", id: worker.id },
      facts: ok ? { repositoryId: worker.repositoryId } : { errorCode: refusal },
    });
    await enqueue(tx, notice(worker.workspaceId, "worker.changed", worker.id));
  }

  private findVerificationFault(worker: WorkerRow, result: ReportRequest["result"]): string | undefined {
    if (result.outcome !== "succeeded" && result.outcome !== "already_done") return result.reason.code;
    const facts = result.outcome === "succeeded" ? result.facts : null;
    if (!facts) return undefined;
    if (facts.repositoryId !== worker.repositoryId || facts.ownerId !== worker.repositoryOwnerId)
      return "repository_mismatch";
    return facts.isPrivate ? undefined : "repository_not_private";
  }

  private async verifyRunner(worker: WorkerRow, token: string | undefined): Promise<RunnerClaims> {
    if (token === undefined) this.refuse(worker, "no token");
    const audience = runnerAudience({ serverUrl: this.env.PULSEKEEP_PUBLIC_URL, clientId: worker.clientId });
    const claims = await this.runnerTokens.verify(token, audience);
    if (!claims) this.refuse(worker, "not GitHub's token for this worker");
    if (
      claims.repository_id !== String(worker.repositoryId) ||
      claims.repository_owner_id !== String(worker.repositoryOwnerId) ||
      claims.workflow_ref !== worker.workflowRef
    )
      this.refuse(worker, "another repository, owner or workflow");
    return claims;
  }

  private refuse(worker: WorkerRow, reason: string): never {
    this.logger.warn({ workerId: worker.id, reason }, "runner token refused");
    throw new AppError("runner_token_refused");
  }
}
