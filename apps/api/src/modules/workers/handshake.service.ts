import { Inject, Injectable } from "@nestjs/common";
import type { HelloRequest, HelloResponse, ReportRequest } from "@pulsekeep/contracts/worker-protocol";
import { type RunnerRecord, schema, type Transaction } from "@pulsekeep/database";
import { runnerAudience } from "@pulsekeep/signing";
import { readWorkerRelease } from "@pulsekeep/worker";
import { eq, sql } from "drizzle-orm";
import { ENV, type Env } from "../../env.js";
import { AppError } from "../../http/app-error.js";
import { Clock } from "../../platform/clock.js";
import { newId } from "../../platform/ids.js";
import { LOGGER, type Logger } from "../../platform/logger.js";
import { Notices } from "../../platform/notices.js";
import { enqueue, notice } from "../../platform/outbox.js";
import { AuditService } from "../audit/audit.service.js";
import { CheckpointExportService } from "./checkpoint-export.service.js";
import { GateService } from "./gate.service.js";
import type { GateWorker } from "./known-worker.js";
import { findNextCheckIn, nextCheckIn, SESSION_MINUTES } from "./next-check-in.js";
import { ProvisioningService, type WorkerRow } from "./provisioning.service.js";
import { type RunnerClaims, RunnerTokenVerifier } from "./runner-token-verifier.js";
import type { ProvenWorker } from "./worker-auth.service.js";

const { workers } = schema;

/** Opens sessions for workers that have proven their secret and where they run. */
@Injectable()
export class HandshakeService {
  private readonly release = readWorkerRelease();

  constructor(
    @Inject(GateService) private readonly gate: GateService,
    @Inject(RunnerTokenVerifier) private readonly runnerTokens: RunnerTokenVerifier,
    @Inject(ProvisioningService) private readonly provisionings: ProvisioningService,
    @Inject(CheckpointExportService) private readonly checkpoints: CheckpointExportService,
    @Inject(AuditService) private readonly audit: AuditService,
    @Inject(Notices) private readonly notices: Notices,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(ENV) private readonly env: Env,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** @throws AppError `runner_token_refused` when the run is not the one that the worker is bound to */
  async hello(
    { worker }: ProvenWorker,
    request: HelloRequest,
    runnerToken: string | undefined,
  ): Promise<HelloResponse> {
    const claims = worker.kind === "actions" ? await this.verifyRunner(worker, runnerToken) : undefined;
    const now = this.clock.now();
    const nextCheckInAt = findNextCheckIn(worker, request.runner.wokenBy, now);
    const session = { id: newId(), expiresAt: new Date(now.getTime() + SESSION_MINUTES * 60_000) };
    const opened = await this.gate.openSession({
      worker,
      tokenJti: claims?.jti ?? null,
      tokenLivesSeconds: claims ? claims.exp - now.getTime() / 1_000 : 0,
      session,
      runner: claims ? toRunnerRecord(claims) : null,
      at: now,
      nextCheckInAt,
      version: request.workerVersion,
    });
    if (!opened) this.refuse(worker, "token replayed");
    this.notices.tell(worker.workspaceId, "worker.changed", worker.id);
    await this.checkpoints.queueIfDue(worker, now);
    return {
      sessionId: session.id,
      expiresAt: session.expiresAt.toISOString(),
      serverTime: now.toISOString(),
      nextCheckInSeconds: nextCheckInAt ? secondsBetween(now, nextCheckInAt) : null,
      release:
        request.workerVersion === this.release.version
          ? null
          : { version: this.release.version, sha256: this.release.sha256 },
    };
  }

  secondsUntilCheckIn(worker: Pick<GateWorker, "kind" | "cronMinute">, now: Date): number {
    return secondsBetween(now, nextCheckIn(worker, now));
  }

  /** What follows from a worker's first run, in the transaction of its report. */
  async recordVerification(
    tx: Transaction,
    { id }: { id: string },
    { result }: ReportRequest,
  ): Promise<void> {
    const [worker] = await tx.select().from(workers).where(eq(workers.id, id));
    if (!worker) throw new AppError("not_found");
    const refusal = this.findVerificationFault(worker, result);
    const ok = refusal === undefined;
    await tx
      .update(workers)
      // What its user proposed by hand waits for its user's word.
      .set({ state: !ok ? "failed" : worker.confirmedAt === null ? "verifying" : "active" })
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
    // By hand it may have been put into the very repository that it serves, which its user may show to everybody.
    return facts.isPrivate || worker.way === "manual" ? undefined : "repository_not_private";
  }

  private async verifyRunner(worker: GateWorker, token: string | undefined): Promise<RunnerClaims> {
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

  private refuse(worker: GateWorker, reason: string): never {
    this.logger.warn({ workerId: worker.id, reason }, "runner token refused");
    throw new AppError("runner_token_refused");
  }
}

const secondsBetween = (from: Date, to: Date): number => Math.round((to.getTime() - from.getTime()) / 1_000);

const toRunnerRecord = (claims: RunnerClaims): RunnerRecord => ({
  repositoryId: claims.repository_id,
  repositoryOwnerId: claims.repository_owner_id,
  workflowRef: claims.workflow_ref,
  workflowSha: claims.workflow_sha ?? null,
  runId: claims.run_id,
  runAttempt: claims.run_attempt ?? null,
  eventName: claims.event_name ?? null,
  issuedAt: new Date(claims.iat * 1_000).toISOString(),
});
