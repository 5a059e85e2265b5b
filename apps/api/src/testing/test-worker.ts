import { randomBytes } from "node:crypto";
import { schema } from "@pulsekeep/database";
import {
  deriveAcceptedKeys,
  deriveWorkerKeys,
  epochAt,
  openSignal,
  PROOF_HEADER,
  type ProvenRequest,
  RESPONSE_HEADER,
  signProof,
  type Signal,
  verifyResponse,
} from "@pulsekeep/signing";
import type { ClaimResponse, HelloResponse, RunOutcome } from "@pulsekeep/contracts/worker-protocol";
import { VaultService } from "../modules/vault/vault.service.js";
import { Databases } from "../platform/database.js";
import { newId, newSecret } from "../platform/ids.js";
import type { TestApp } from "./test-app.js";
import type { TestClient } from "./test-client.js";

export type WorkerAnswer = {
  status: number;
  body: Record<string, unknown>;
  /** Whether the server's proof on the answer holds for this request. */
  signed: boolean;
};

/** What a hostile or broken worker may change about a request. */
export type Forgery = {
  proof?: string;
  now?: Date;
  jti?: string;
  sessionId?: string | null;
  /** What the proof speaks of, where that differs from what is sent. */
  proven?: Partial<ProvenRequest>;
  runnerToken?: string;
  headers?: Record<string, string>;
};

export type TestWorker = Awaited<ReturnType<typeof enrolTestWorker>>;

const OCTO = {
  repositoryId: 4_711,
  repositoryOwnerId: 42,
  repositoryFullName: "octo-alice/keepstreak-pulse",
};

/**
 * Enrols a worker by writing its row, and speaks the worker's part of the protocol with proofs made by hand.
 * A `resident` needs no OIDC token.
 */
export async function enrolTestWorker(
  test: TestApp,
  owner: TestClient,
  row: Partial<typeof schema.workers.$inferInsert> = {},
) {
  const me = await owner.get<{ workspace: { id: string } }>("/api/v1/me");
  const workspaceId = me.body.workspace.id;
  const id = newId();
  const clientId = `kw_${newSecret(18)}`;
  const handshakeSecret = randomBytes(32);
  await test.get(Databases).inTenant({ workspaceId }, async (tx) => {
    const place = { table: "workers", column: "handshake_secret_sealed", row: id };
    await tx.insert(schema.workers).values({
      id,
      workspaceId,
      clientId,
      kind: "resident",
      state: "active",
      handshakeSecretSealed: await test.get(VaultService).seal(tx, workspaceId, place, handshakeSecret),
      secretExpiresAt: new Date(Date.now() + 86_400_000),
      cronMinute: 7,
      ...OCTO,
      defaultBranch: "main",
      workflowRef: `${OCTO.repositoryFullName}/.github/workflows/pulse.yml@refs/heads/main`,
      authorName: "Alice Octo",
      authorEmail: "42+octo-alice@users.noreply.github.com",
      ...row,
    });
  });
  return speakAs(test, { id, clientId, workspaceId, handshakeSecret, kind: row.kind ?? "resident" });
}

/** Speaks as the worker that holds this root. */
export function speakAs(
  test: TestApp,
  worker: {
    id: string;
    clientId: string;
    workspaceId: string;
    handshakeSecret: Uint8Array;
    kind: "actions" | "resident";
  },
) {
  const { id, clientId, workspaceId, handshakeSecret, kind } = worker;
  let sessionId: string | undefined;

  async function call(path: string, body: unknown, forgery: Forgery = {}): Promise<WorkerAnswer> {
    const sent = JSON.stringify(body);
    const now = forgery.now ?? new Date();
    const jti = forgery.jti ?? newSecret(16);
    const proof =
      forgery.proof ??
      signProof({
        keys: deriveWorkerKeys({ handshakeSecret, clientId, epoch: epochAt(now) }),
        clientId,
        now,
        jti,
        sessionId: forgery.sessionId === undefined ? sessionId : (forgery.sessionId ?? undefined),
        request: {
          server: test.url,
          method: "POST",
          url: `${test.url}/v1/worker/${path}`,
          body: sent,
          ...forgery.proven,
        },
      });
    const response = await fetch(`${test.url}/v1/worker/${path}`, {
      method: "POST",
      body: sent,
      headers: {
        "content-type": "application/json",
        [PROOF_HEADER]: proof,
        ...(forgery.runnerToken === undefined ? {} : { authorization: `Bearer ${forgery.runnerToken}` }),
        ...forgery.headers,
      },
    });
    const text = await response.text();
    const findKeys = deriveAcceptedKeys({ handshakeSecret, clientId, now: new Date() });
    const signed = verifyResponse({
      proof: response.headers.get(RESPONSE_HEADER) ?? "",
      findKeys,
      now: new Date(),
      response: { status: response.status, body: text, clientId, requestJti: jti },
    });
    return { status: response.status, body: JSON.parse(text) as Record<string, unknown>, signed: signed.ok };
  }

  async function hello(forgery: Forgery = {}): Promise<WorkerAnswer> {
    const runner = {
      kind,
      repository: null,
      runId: null,
      runAttempt: null,
      wokenBy: null,
      workflowSha: null,
      os: "linux",
      nodeVersion: "v24.0.0",
    };
    const answer = await call("hello", { workerVersion: "0.1.0", runner }, { sessionId: null, ...forgery });
    if (answer.status === 200) sessionId = (answer.body as unknown as HelloResponse).sessionId;
    return answer;
  }

  return {
    id,
    clientId,
    workspaceId,
    handshakeSecret,
    call,
    hello,
    get sessionId(): string | undefined {
      return sessionId;
    },
    /** Claims and opens what came: each run with its opened signal. */
    async claim(claim: { claimId?: string; max?: number; waitSeconds?: number } = {}) {
      const answer = await call("claim", { claimId: newSecret(16), max: 10, waitSeconds: 0, ...claim });
      if (answer.status !== 200) throw new Error(`claim was answered ${JSON.stringify(answer)}`);
      return (answer.body as unknown as ClaimResponse).runs.map((run) => ({
        ...run,
        opened: openTestSignal({ handshakeSecret, clientId }, run.signal),
      }));
    },
    report: (run: { runId: string; fence: number }, result: RunOutcome = DONE) =>
      call("report", {
        runId: run.runId,
        fence: run.fence,
        signalId: null,
        startedAt: new Date().toISOString(),
        finishedAt: new Date().toISOString(),
        result,
      }),
    release: (...runs: { runId: string; fence: number }[]) =>
      call("release", { runs: runs.map(({ runId, fence }) => ({ runId, fence })) }),
  };
}

export const DONE: RunOutcome = { outcome: "succeeded", commitSha: "a".repeat(40), facts: null };

function openTestSignal(worker: { handshakeSecret: Uint8Array; clientId: string }, signal: string): Signal {
  const now = new Date();
  const findKeys = deriveAcceptedKeys({ ...worker, now });
  const opened = openSignal({ sealed: signal, findKeys, workerId: worker.clientId, now });
  if (!opened.ok) throw new Error(`The signal does not open: ${opened.reason}`);
  return opened.signal;
}
