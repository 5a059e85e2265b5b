import { createSecretKey, randomBytes, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { once } from "node:events";
import {
  deriveWorkerKeys,
  epochAt,
  openValue,
  readUnverifiedProof,
  RESPONSE_HEADER,
  sealSignal,
  type Signal,
  signResponse,
  unwrapKey,
} from "@pulsekeep/signing";
import { closeServer } from "../testing/test-ports.js";

/** All that a copy of the server holds about one worker. */
export type Loot = {
  /** Rows as a dump has them. */
  worker: { id: string; workspace_id: string; client_id: string; handshake_secret_sealed: Buffer };
  dataKey: { id: string; workspace_id: string; key_wrapped: Buffer };
  /** `PULSEKEEP_KEYRING` out of the server's environment. */
  keyring: { keys: Record<string, string> };
};

export type Forged = {
  name: string;
  kind: string;
  params: Record<string, unknown>;
  /** What is changed about a signal that is well-formed otherwise. */
  change?: Partial<Signal>;
  /** The run that the answer names, where it differs from the signal's. */
  runId?: string;
};

export type Heard = { path: string; headers: IncomingMessage["headers"]; body: string };

/** Opens the root secret of a worker with nothing but what was stolen. */
export function stealSecret({ worker, dataKey, keyring }: Loot): Buffer {
  const keys = new Map(
    Object.entries(keyring.keys).map(([id, key]) => [id, createSecretKey(Buffer.from(key, "base64url"))]),
  );
  const tenant = worker.workspace_id;
  const unwrapped = unwrapKey({
    findKey: (id) => keys.get(id),
    place: { tenant, table: "data_keys", column: "key_wrapped", row: dataKey.id },
    wrapped: dataKey.key_wrapped,
  });
  if (!unwrapped.ok) throw new Error(`The loot is not complete: ${unwrapped.reason}`);
  const opened = openValue({
    findKey: (id) => (id === dataKey.id ? unwrapped.dataKey : undefined),
    place: { tenant, table: "workers", column: "handshake_secret_sealed", row: worker.id },
    sealed: worker.handshake_secret_sealed,
  });
  if (!opened.ok) throw new Error(`The loot is not complete: ${opened.reason}`);
  return opened.plaintext;
}

/**
 * A program that has everything a server has and speaks to a worker in its place, at its address, with its keys:
 * its answers verify, its signals open. It sends whatever it likes.
 */
export class Thief {
  readonly heard: Heard[] = [];
  readonly outcomes = new Map<string, string>();
  /** Put into the answer to hello, over what belongs there. */
  hello: Record<string, unknown> = {};
  private readonly names = new Map<string, string>();
  private readonly waiting: { runId: string; signal: string }[] = [];
  private readonly secret: Buffer;
  private readonly clientId: string;
  private readonly server: Server;
  private seq = 1_000;

  constructor(loot: Loot) {
    this.secret = stealSecret(loot);
    this.clientId = loot.worker.client_id;
    this.server = createServer((request, response) => void this.answer(request, response));
  }

  /** Signals that were made for it to refuse, or not. */
  get sent(): number {
    return this.names.size;
  }

  async takeOver(address: { port: number; host: string }): Promise<void> {
    this.server.listen(address.port, address.host);
    await once(this.server, "listening");
  }

  close(): Promise<void> {
    return closeServer(this.server);
  }

  /** Puts a signal of its own into the next answer to a claim; the same one again where it is named twice. */
  forge({ name, kind, params, change = {}, runId }: Forged): void {
    const signal = this.signal(kind, params, change);
    this.send(name, runId ?? signal.runId, this.seal(signal));
  }

  /** Sends a text as if it were a signal. */
  send(name: string, runId: string, signal: string): void {
    this.names.set(runId, name);
    this.waiting.push({ runId, signal });
  }

  signal(kind: string, params: Record<string, unknown>, change: Partial<Signal> = {}): Signal {
    const now = Date.now();
    this.seq += 1;
    return {
      signalId: randomUUID(),
      runId: randomUUID(),
      workerId: this.clientId,
      seq: this.seq,
      notBefore: new Date(now - 1_000),
      expiresAt: new Date(now + 600_000),
      kind,
      params,
      ...change,
    };
  }

  seal(signal: Signal): string {
    return sealSignal({ keys: this.keys(), signal, iv: randomBytes(12) });
  }

  private keys() {
    return deriveWorkerKeys({
      handshakeSecret: this.secret,
      clientId: this.clientId,
      epoch: epochAt(new Date()),
    });
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString("utf8");
    const path = request.url ?? "";
    this.heard.push({ path, headers: request.headers, body });
    const text = JSON.stringify(this.answerTo(path, body));
    const proof = readUnverifiedProof(String(request.headers["x-keepstreak-proof"] ?? ""));
    const signed = signResponse({
      keys: this.keys(),
      response: { status: 200, body: text, clientId: this.clientId, requestJti: proof?.jti ?? "" },
    });
    response.writeHead(200, { "content-type": "application/json", [RESPONSE_HEADER]: signed }).end(text);
  }

  private answerTo(path: string, body: string): object {
    const asked = JSON.parse(body || "{}") as Record<string, unknown>;
    const leaseExpiresAt = new Date(Date.now() + 600_000).toISOString();
    if (path.endsWith("/hello"))
      return {
        sessionId: randomUUID(),
        expiresAt: leaseExpiresAt,
        serverTime: new Date().toISOString(),
        nextCheckInSeconds: 3_600,
        release: null,
        ...this.hello,
      };
    if (path.endsWith("/claim")) {
      const runs = this.waiting.splice(0).map((run) => ({ ...run, fence: 1, leaseExpiresAt }));
      return { claimId: asked.claimId, runs };
    }
    if (path.endsWith("/report")) {
      const { outcome, reason } = asked.result as { outcome: string; reason?: { code: string } };
      const name = this.names.get(String(asked.runId)) ?? String(asked.runId);
      this.outcomes.set(name, reason ? `${outcome} ${reason.code}` : outcome);
      return { state: "succeeded" };
    }
    return { held: [], leaseExpiresAt };
  }
}
