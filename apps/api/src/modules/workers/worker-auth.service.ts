import { Inject, Injectable, type OnModuleInit } from "@nestjs/common";
import { schema, type Transaction } from "@pulsekeep/database";
import {
  acceptedEpochs,
  deriveAcceptedKeys,
  type FindWorkerKeys,
  PROOF_HEADER,
  readUnverifiedProof,
  verifyProof,
} from "@pulsekeep/signing";
import { and, eq, gt, sql } from "drizzle-orm";
import type { FastifyRequest } from "fastify";
import { ENV, type Env } from "../../env.js";
import { AppError } from "../../http/app-error.js";
import type { WorkerCaller } from "../../http/caller.js";
import { Authenticators } from "../../http/policy.js";
import { Clock } from "../../platform/clock.js";
import { Databases } from "../../platform/database.js";
import { LOGGER, type Logger } from "../../platform/logger.js";
import { VaultService } from "../vault/vault.service.js";
import type { WorkerRow } from "./provisioning.service.js";

const { workers, workerNonces, workerSessions } = schema;
const KEYS_LIVE_MS = 10 * 60_000;
/** Longer than a proof is accepted, so that a nonce is never forgotten while it could be used again. */
const NONCE_LIVES_SECONDS = 15 * 60;
const HELLO_PATH = "/v1/worker/hello";

/** What a request of a worker has proven. */
export type ProvenWorker = {
  worker: WorkerRow;
  findKeys: FindWorkerKeys;
  requestJti: string;
  sessionId: string | undefined;
};

/** Checks the proof of every request under `/v1/worker`. The precise reason of a refusal is for the log alone. */
@Injectable()
export class WorkerAuthService implements OnModuleInit {
  private readonly proven = new WeakMap<FastifyRequest, ProvenWorker>();
  private readonly keys = new Map<string, { findKeys: FindWorkerKeys; epochs: string; dropAtMs: number }>();

  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(VaultService) private readonly vault: VaultService,
    @Inject(Authenticators) private readonly authenticators: Authenticators,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(ENV) private readonly env: Env,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    this.authenticators.register("worker", (request) => this.authenticate(request));
  }

  findProven(request: FastifyRequest): ProvenWorker | undefined {
    return this.proven.get(request);
  }

  async authenticate(request: FastifyRequest): Promise<WorkerCaller> {
    const proof = request.headers[PROOF_HEADER];
    const unverified = typeof proof === "string" ? readUnverifiedProof(proof) : undefined;
    if (typeof proof !== "string" || !unverified) throw this.refuse("no readable proof");
    const { rows } = await this.databases.lookups.execute<{
      worker_id: string | null;
      workspace_id: string | null;
    }>(sql`select worker_id, workspace_id from lookup_worker(${unverified.clientId})`);
    const { worker_id: workerId, workspace_id: workspaceId } = rows[0] ?? {};
    if (!workerId || !workspaceId) throw this.refuse("unknown client id");
    const refusal = await this.databases.inTenant({ workspaceId }, async (tx) => {
      const [worker] = await tx.select().from(workers).where(eq(workers.id, workerId));
      if (!worker) throw this.refuse("unknown client id");
      const proven = await this.verify(tx, worker, { request, proof });
      this.proven.set(request, proven);
      return this.findRefusal(tx, proven, request.url);
    });
    // Thrown after the commit: a proof that was refused for its worker's state is used up all the same.
    if (refusal) throw refusal;
    return { kind: "worker", workerId, workspaceId };
  }

  private async findRefusal(
    tx: Transaction,
    proven: ProvenWorker,
    url: string,
  ): Promise<AppError | undefined> {
    const { state, secretExpiresAt } = proven.worker;
    if (state !== "active" && state !== "verifying") return new AppError("worker_disabled");
    if (secretExpiresAt <= this.clock.now())
      return new AppError("worker_disabled", { detail: "secret_expired" });
    if (url === HELLO_PATH || (await this.hasSession(tx, proven))) return undefined;
    return new AppError("session_expired");
  }

  private async verify(
    tx: Transaction,
    worker: WorkerRow,
    { request, proof }: { request: FastifyRequest; proof: string },
  ): Promise<ProvenWorker> {
    const now = this.clock.now();
    const findKeys = await this.findKeys(tx, worker, now);
    const verified = verifyProof({
      proof,
      findKeys,
      clientId: worker.clientId,
      now,
      request: {
        server: new URL(this.env.PULSEKEEP_PUBLIC_URL).origin,
        method: request.method,
        url: `${this.env.PULSEKEEP_PUBLIC_URL}${request.url}`,
        body: (request as { rawBody?: Buffer }).rawBody ?? "",
      },
    });
    if (!verified.ok) throw this.refuse(verified.reason, worker.id);
    if (!(await this.useNonce(tx, worker, verified.jti))) throw this.refuse("replayed", worker.id);
    return { worker, findKeys, requestJti: verified.jti, sessionId: verified.sessionId };
  }

  /** Takes a nonce of a verified proof or token. False when it was used before. */
  async useNonce(tx: Transaction, worker: WorkerRow, jti: string): Promise<boolean> {
    const inserted = await tx
      .insert(workerNonces)
      .values({
        workerId: worker.id,
        workspaceId: worker.workspaceId,
        jti,
        expiresAt: sql`clock_timestamp() + make_interval(secs => ${NONCE_LIVES_SECONDS})`,
      })
      .onConflictDoNothing()
      .returning({ jti: workerNonces.jti });
    return inserted.length > 0;
  }

  private async hasSession(tx: Transaction, { worker, sessionId }: ProvenWorker): Promise<boolean> {
    if (sessionId === undefined || !/^[0-9a-f-]{36}$/.test(sessionId)) return false;
    const [open] = await tx
      .select({ id: workerSessions.id })
      .from(workerSessions)
      .where(
        and(
          eq(workerSessions.id, sessionId),
          eq(workerSessions.workerId, worker.id),
          gt(workerSessions.expiresAt, sql`clock_timestamp()`),
        ),
      );
    return open !== undefined;
  }

  private async findKeys(tx: Transaction, worker: WorkerRow, now: Date): Promise<FindWorkerKeys> {
    const kept = this.keys.get(worker.id);
    // An epoch that has begun to be accepted since then has no keys in what was kept.
    const epochs = acceptedEpochs(now).join();
    if (kept && kept.dropAtMs > now.getTime() && kept.epochs === epochs) return kept.findKeys;
    const handshakeSecret = await this.vault.open(
      tx,
      worker.workspaceId,
      { table: "workers", column: "handshake_secret_sealed", row: worker.id },
      worker.handshakeSecretSealed,
    );
    const findKeys = deriveAcceptedKeys({ handshakeSecret, clientId: worker.clientId, now });
    this.dropOldKeys(now.getTime());
    this.keys.set(worker.id, { findKeys, epochs, dropAtMs: now.getTime() + KEYS_LIVE_MS });
    return findKeys;
  }

  private dropOldKeys(nowMs: number): void {
    for (const [id, { dropAtMs }] of this.keys) if (dropAtMs <= nowMs) this.keys.delete(id);
  }

  private refuse(reason: string, workerId?: string): AppError {
    this.logger.warn({ reason, workerId }, "worker proof refused");
    return new AppError("proof_refused");
  }
}
