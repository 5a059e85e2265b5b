import { Inject, Injectable, type OnModuleInit } from "@nestjs/common";
import {
  acceptedEpochs,
  deriveAcceptedKeys,
  type FindWorkerKeys,
  PROOF_HEADER,
  readUnverifiedProof,
  verifyProof,
} from "@pulsekeep/signing";
import type { FastifyRequest } from "fastify";
import { ENV, type Env } from "../../env.js";
import { AppError } from "../../http/app-error.js";
import type { WorkerCaller } from "../../http/caller.js";
import { Authenticators } from "../../http/policy.js";
import { Clock } from "../../platform/clock.js";
import { LOGGER, type Logger } from "../../platform/logger.js";
import { VaultService } from "../vault/vault.service.js";
import { GateService } from "./gate.service.js";
import type { GateWorker, KnownWorker } from "./known-worker.js";
import { listRoots, placeOfRoot, type Root, WorkerRootsService } from "./worker-roots.service.js";

const KEYS_LIVE_MS = 10 * 60_000;
const HELLO_PATH = "/v1/worker/hello";

/** What a request of a worker has proven. */
export type ProvenWorker = {
  worker: GateWorker;
  findKeys: FindWorkerKeys;
  requestJti: string;
  sessionId: string | undefined;
};

type Verified = ProvenWorker & { root: Root };
type KeptKeys = { findKeys: FindWorkerKeys; sealed: Buffer; epochs: string; dropAtMs: number };

/** Checks the proof of every request under `/v1/worker`. The precise reason of a refusal is for the log alone. */
@Injectable()
export class WorkerAuthService implements OnModuleInit {
  private readonly proven = new WeakMap<FastifyRequest, ProvenWorker>();
  /** In the order in which they are dropped. */
  private readonly keys = new Map<string, KeptKeys>();
  private readonly origin: string;

  constructor(
    @Inject(GateService) private readonly gate: GateService,
    @Inject(VaultService) private readonly vault: VaultService,
    @Inject(WorkerRootsService) private readonly roots: WorkerRootsService,
    @Inject(Authenticators) private readonly authenticators: Authenticators,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(ENV) private readonly env: Env,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.origin = new URL(env.PULSEKEEP_PUBLIC_URL).origin;
  }

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
    const known = await this.gate.findWorker(unverified.clientId);
    if (!known) throw this.refuse("unknown client id");
    const { root, ...proven } = this.verify(known, { request, proof });
    const { worker, requestJti: jti, sessionId } = proven;
    const { isNew, hasSession } = await this.gate.useProof({ worker, jti, sessionId });
    if (!isNew) throw this.refuse("replayed", worker.id);
    this.proven.set(request, proven);
    this.refuseState(worker, root);
    if (root.slot === "next") await this.roots.promoteProven(worker);
    if (request.url !== HELLO_PATH && !hasSession) throw new AppError("session_expired");
    return { kind: "worker", workerId: worker.id, workspaceId: worker.workspaceId };
  }

  /**
   * Whether what a request has proven still holds after a wait: a worker that was moved or removed meanwhile is another's,
   * or nobody's.
   *
   * @throws AppError `session_expired`
   */
  async requireSession({ worker, sessionId }: ProvenWorker): Promise<void> {
    if (sessionId === undefined || !(await this.gate.hasSession({ worker, sessionId })))
      throw new AppError("session_expired");
  }

  private refuseState({ state, secretExpiresAt }: GateWorker, { slot }: Root): void {
    if (state !== "active" && state !== "verifying") throw new AppError("worker_disabled");
    // A next root is how a worker whose root has expired comes back.
    if (slot !== "next" && secretExpiresAt <= this.clock.now())
      throw new AppError("worker_disabled", { detail: "secret_expired" });
  }

  /** By the root that the worker has, or while one replaces another, by either. */
  private verify(
    known: KnownWorker,
    { request, proof }: { request: FastifyRequest; proof: string },
  ): Verified {
    const now = this.clock.now();
    const { worker } = known;
    let reason = "no root";
    for (const root of listRoots(worker, now)) {
      const findKeys = this.findKeys(known, root, now);
      const verified = verifyProof({
        proof,
        findKeys,
        clientId: worker.clientId,
        now,
        request: {
          server: this.origin,
          method: request.method,
          url: `${this.env.PULSEKEEP_PUBLIC_URL}${request.url}`,
          body: (request as { rawBody?: Buffer }).rawBody ?? "",
        },
      });
      if (verified.ok)
        return { worker, findKeys, requestJti: verified.jti, sessionId: verified.sessionId, root };
      reason = verified.reason;
    }
    throw this.refuse(reason, worker.id);
  }

  private findKeys({ worker, dataKey }: KnownWorker, { slot, sealed }: Root, now: Date): FindWorkerKeys {
    const name = `${worker.id} ${slot}`;
    const kept = this.keys.get(name);
    // An epoch that has begun to be accepted since then has no keys in what was kept; another root has others.
    const epochs = acceptedEpochs(now).join();
    if (kept && kept.dropAtMs > now.getTime() && kept.epochs === epochs && kept.sealed.equals(sealed))
      return kept.findKeys;
    const handshakeSecret = this.vault.openWith(dataKey, placeOfRoot(worker.id, slot), sealed);
    const findKeys = deriveAcceptedKeys({ handshakeSecret, clientId: worker.clientId, now });
    this.dropOldKeys(now.getTime());
    this.keys.delete(name);
    this.keys.set(name, { findKeys, sealed, epochs, dropAtMs: now.getTime() + KEYS_LIVE_MS });
    return findKeys;
  }

  /** Looks at no more than there is to drop: handshakes come by the thousand a second. */
  private dropOldKeys(nowMs: number): void {
    for (const [name, { dropAtMs }] of this.keys) {
      if (dropAtMs > nowMs) return;
      this.keys.delete(name);
    }
  }

  private refuse(reason: string, workerId?: string): AppError {
    this.logger.warn({ reason, workerId }, "worker proof refused");
    return new AppError("proof_refused");
  }
}
