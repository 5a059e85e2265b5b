import { Inject, Injectable } from "@nestjs/common";
import type { RunnerRecord } from "@pulsekeep/database";
import { Databases, isLockTimeout, isRefusedData } from "../../platform/database.js";
import { Gather } from "../../platform/gather.js";
import { pgArray } from "../../platform/pg-array.js";
import { findSessions, lookUpWorkers, openSessions, useNonces } from "./gate.statements.js";
import { type KnownWorker, type ProvingWorkerRow, toKnownWorker } from "./known-worker.js";

const BATCH = 500;
/** Longer than a proof is accepted, so that a nonce is never forgotten while it could be used again. */
const PROOF_NONCE_SECONDS = 15 * 60;
const SESSION_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

type Prover = { id: string; workspaceId: string };
export type ProofUse = { worker: Prover; jti: string; sessionId: string | undefined };
export type SessionUse = { worker: Prover; sessionId: string };
export type ProofUsed = { isNew: boolean; hasSession: boolean };

/** A handshake that passed every check but one: whether GitHub's token was used before. */
export type Handshake = {
  worker: Prover;
  tokenJti: string | null;
  tokenLivesSeconds: number;
  session: { id: string; expiresAt: Date };
  runner: RunnerRecord | null;
  at: Date;
  nextCheckInAt: Date | undefined;
  version: string;
};

/**
 * The rows behind proofs and handshakes. What many workers bring at the same time is read and written together; a
 * nonce is on disk before its request is let through.
 */
@Injectable()
export class GateService {
  private readonly lookups: Gather<string, KnownWorker | undefined>;
  private readonly proofs: Gather<ProofUse, ProofUsed>;
  private readonly handshakes: Gather<Handshake, boolean>;
  private readonly sessions: Gather<SessionUse, boolean>;

  constructor(@Inject(Databases) private readonly databases: Databases) {
    const isOneAtFault = (error: unknown) => isRefusedData(error) || isLockTimeout(error);
    const shared = { max: BATCH, isOneAtFault };
    this.lookups = new Gather({ ...shared, concurrency: 1, run: (clientIds) => this.lookUp(clientIds) });
    this.proofs = new Gather({ ...shared, concurrency: 2, run: (proofs) => this.useTogether(proofs) });
    this.handshakes = new Gather({ ...shared, concurrency: 2, run: (all) => this.openTogether(all) });
    this.sessions = new Gather({ ...shared, concurrency: 1, run: (all) => this.findTogether(all) });
  }

  /** The worker that a proof names, with all that the proof is checked against; nothing is verified yet. */
  findWorker(clientId: string): Promise<KnownWorker | undefined> {
    return this.lookups.call(clientId);
  }

  /** Takes the id of a VERIFIED proof, and says whether it was new and the session it carries is open. */
  useProof(proof: ProofUse): Promise<ProofUsed> {
    return this.proofs.call(proof);
  }

  /** False when the token was used before: then nothing was opened. */
  openSession(handshake: Handshake): Promise<boolean> {
    return this.handshakes.call(handshake);
  }

  /** Whether a session that was open is so still. */
  hasSession(session: SessionUse): Promise<boolean> {
    return this.sessions.call(session);
  }

  private async findTogether(asked: readonly SessionUse[]): Promise<boolean[]> {
    const open = await this.databases.inGate(
      asked.map(({ worker }) => worker.workspaceId),
      (db) =>
        db.run<{ id: string; worker_id: string }>(findSessions, [
          pgArray(asked.map(({ sessionId }) => sessionId)),
          pgArray(asked.map(({ worker }) => worker.id)),
        ]),
    );
    const sessions = new Set(open.map(({ worker_id, id }) => `${worker_id} ${id}`));
    return asked.map(({ worker, sessionId }) => sessions.has(`${worker.id} ${sessionId}`));
  }

  private async lookUp(clientIds: readonly string[]): Promise<(KnownWorker | undefined)[]> {
    const rows = await this.databases.lookUpAtGate<ProvingWorkerRow>(lookUpWorkers, [
      [...new Set(clientIds)],
    ]);
    const byClientId = new Map(rows.map((row) => [row.client_id, toKnownWorker(row)]));
    return clientIds.map((clientId) => byClientId.get(clientId));
  }

  private async useTogether(proofs: readonly ProofUse[]): Promise<ProofUsed[]> {
    const inSession = proofs.filter(({ sessionId }) => sessionId !== undefined && SESSION_ID.test(sessionId));
    const workspaceIds = proofs.map(({ worker }) => worker.workspaceId);
    const { used, open } = await this.databases.inGate(workspaceIds, async (db) => ({
      used: await db.run<{ worker_id: string; jti: string }>(useNonces, [
        pgArray(proofs.map(({ worker }) => worker.id)),
        pgArray(workspaceIds),
        proofs.map(({ jti }) => jti),
        PROOF_NONCE_SECONDS,
      ]),
      open:
        inSession.length === 0
          ? []
          : await db.run<{ id: string; worker_id: string }>(findSessions, [
              pgArray(inSession.map(({ sessionId }) => sessionId)),
              pgArray(inSession.map(({ worker }) => worker.id)),
            ]),
    }));
    const fresh = new Set(used.map(({ worker_id, jti }) => `${worker_id} ${jti}`));
    const sessions = new Set(open.map(({ worker_id, id }) => `${worker_id} ${id}`));
    return proofs.map(({ worker, jti, sessionId }) => ({
      // Of two that arrive together with the same id, the first has it: it is taken out by being asked for.
      isNew: fresh.delete(`${worker.id} ${jti}`),
      hasSession: sessions.has(`${worker.id} ${sessionId}`),
    }));
  }

  private async openTogether(all: readonly Handshake[]): Promise<boolean[]> {
    // The same token twice at once is one too many; and rows are locked in one order, whoever else does so.
    const tokens = new Set<string>();
    const asked = all
      .filter(({ worker, tokenJti }) => {
        const token = `${worker.id} ${tokenJti}`;
        if (tokenJti === null) return true;
        if (tokens.has(token)) return false;
        tokens.add(token);
        return true;
      })
      .sort((one, other) => (one.worker.id < other.worker.id ? -1 : 1));
    const workspaceIds = asked.map(({ worker }) => worker.workspaceId);
    const opened = await this.databases.inGate(workspaceIds, (db) =>
      db.run<{ place: number }>(openSessions, [
        pgArray(asked.map(({ worker }) => worker.id)),
        pgArray(workspaceIds),
        asked.map(({ tokenJti }) => (tokenJti === null ? null : `oidc:${tokenJti}`)),
        pgArray(asked.map(({ session }) => session.id)),
        pgArray(asked.map(({ session }) => session.expiresAt)),
        pgArray(asked.map(({ runner }) => runner?.runId)),
        asked.map(({ runner }) => (runner === null ? null : JSON.stringify(runner))),
        pgArray(asked.map(({ at }) => at)),
        pgArray(asked.map(({ nextCheckInAt }) => nextCheckInAt)),
        pgArray(asked.map(({ version }) => version)),
        Math.max(PROOF_NONCE_SECONDS, ...asked.map(({ tokenLivesSeconds }) => tokenLivesSeconds)),
      ]),
    );
    const won = new Set(opened.map(({ place }) => asked[place]));
    return all.map((handshake) => won.has(handshake));
  }
}
