import { randomUUID } from "node:crypto";
import {
  claimRequestSchema,
  type CommitParams,
  heartbeatRequestSchema,
  helloRequestSchema,
  type ReportRequest,
  releaseRequestSchema,
  reportRequestSchema,
} from "@pulsekeep/contracts/worker-protocol";
import {
  deriveAcceptedKeys,
  deriveWorkerKeys,
  epochAt,
  type ProvenRequest,
  readUnverifiedProof,
  runnerAudience,
  sealSignal,
  signResponse,
  type Signal,
  verifyProof,
} from "@pulsekeep/signing";
import type { DoubleAnswer, DoubleRequest, HttpDouble } from "./http-double.js";

export const CLIENT_ID = "client-alice";
export const SECRET = Buffer.alloc(32, 11);

/** How the server misbehaves on the next answers of a path. */
export type ServerFault = "unsigned" | "wrong_key" | "replayed" | "altered_body" | "down" | "reply_lost";

interface QueuedRun {
  runId: string;
  kind: string;
  params: Record<string, unknown>;
  change: Partial<Signal>;
}

/** The server's side of the worker protocol: verifies what the worker sends, seals signals when they are claimed. */
export class FakeServer {
  readonly reports: ReportRequest[] = [];
  readonly refusals: string[] = [];
  readonly paths: string[] = [];
  readonly faults = new Map<string, ServerFault[]>();
  url = "";
  releasedRunIds: string[] = [];
  /** What each heartbeat named. */
  readonly heartbeats: string[][] = [];
  /** Runs that the server has given to somebody else. */
  readonly lost = new Set<string>();
  /** Files of releases, by version. */
  readonly releases = new Map<string, string>();

  private queue: QueuedRun[] = [];
  private readonly jtis = new Set<string>();
  private readonly sessionId = randomUUID();
  private lastAnswer: { body: string; proof: string } | undefined;
  private seq = 0;

  constructor(
    private readonly now: () => Date,
    private readonly runnerToken: "required" | "none" = "required",
  ) {}

  enqueue(
    kind: string,
    params: Record<string, unknown>,
    change: Partial<Signal> & { runId?: string } = {},
  ): string {
    const runId = change.runId ?? randomUUID();
    this.queue.push({ runId, kind, params, change });
    return runId;
  }

  readonly handle: HttpDouble = (request) => {
    this.paths.push(request.path);
    if (request.path.startsWith("/v1/worker/releases/")) return this.release(request.path.slice(20));
    const fault = this.faults.get(request.path)?.shift();
    if (fault === "down") return { status: 503 };
    const proof = request.headers["x-keepstreak-proof"] ?? "";
    const claimed = readUnverifiedProof(proof);
    const verified = verifyProof({
      proof,
      findKeys: deriveAcceptedKeys({ handshakeSecret: SECRET, clientId: CLIENT_ID, now: this.now() }),
      clientId: CLIENT_ID,
      request: this.provenRequest(request),
      now: this.now(),
    });
    if (!verified.ok || this.jtis.has(verified.jti)) {
      this.refusals.push(verified.ok ? "seen before" : verified.reason);
      return this.sign(401, { code: "proof_refused" }, claimed?.jti ?? "", fault);
    }
    this.jtis.add(verified.jti);
    const isHello = request.path === "/v1/worker/hello";
    if (!isHello && verified.sessionId !== this.sessionId) {
      return this.sign(401, { code: "session_expired" }, verified.jti, fault);
    }
    const { status, body } = this.answer(request);
    return this.sign(status, body, verified.jti, fault);
  };

  private answer(request: DoubleRequest): { status: number; body: object } {
    const body: unknown = JSON.parse(request.body);
    switch (request.path) {
      case "/v1/worker/hello":
        return this.hello(body, request);
      case "/v1/worker/claim":
        return this.claim(body);
      case "/v1/worker/report":
        this.reports.push(reportRequestSchema.parse(body));
        return { status: 200, body: { state: "succeeded" } };
      case "/v1/worker/heartbeat":
        return this.heartbeat(body);
      case "/v1/worker/release":
        this.releasedRunIds = releaseRequestSchema.parse(body).runs.map((run) => run.runId);
        return { status: 200, body: { releasedRunIds: this.releasedRunIds } };
      default:
        return { status: 404, body: { code: "not_found" } };
    }
  }

  private hello(body: unknown, request: DoubleRequest): { status: number; body: object } {
    helloRequestSchema.parse(body);
    const audience = runnerAudience({ serverUrl: this.url, clientId: CLIENT_ID });
    const expected = this.runnerToken === "required" ? `Bearer oidc for ${audience}` : undefined;
    if (request.headers["authorization"] !== expected)
      return { status: 401, body: { code: "runner_token_refused" } };
    const expiresAt = this.at(600).toISOString();
    return {
      status: 200,
      body: { sessionId: this.sessionId, expiresAt, nextCheckInSeconds: 3600, release: null },
    };
  }

  private release(version: string): DoubleAnswer {
    const body = this.releases.get(version);
    return body === undefined ? { status: 404 } : { status: 200, body };
  }

  private heartbeat(body: unknown): { status: number; body: object } {
    const ids = heartbeatRequestSchema.parse(body).runs.map(({ runId }) => runId);
    this.heartbeats.push(ids);
    const held = ids.filter((runId) => !this.lost.has(runId));
    const leaseExpiresAt = this.at(600).toISOString();
    return {
      status: 200,
      body: {
        held: held.map((runId) => ({ runId, leaseExpiresAt })),
        serverTime: this.now().toISOString(),
      },
    };
  }

  private claim(body: unknown): { status: number; body: object } {
    const { claimId, max } = claimRequestSchema.parse(body);
    const runs = this.queue.splice(0, max).map((run) => ({
      runId: run.runId,
      fence: 1,
      leaseExpiresAt: this.at(60).toISOString(),
      signal: this.seal(run),
    }));
    return { status: 200, body: { claimId, runs } };
  }

  seal({ runId, kind, params, change }: QueuedRun): string {
    const signal: Signal = {
      signalId: randomUUID(),
      runId,
      workerId: CLIENT_ID,
      seq: ++this.seq,
      notBefore: this.now(),
      expiresAt: this.at(600),
      kind,
      params,
      ...change,
    };
    return sealSignal({ keys: this.keys(SECRET), signal, iv: Buffer.alloc(12, this.seq) });
  }

  private sign(
    status: number,
    body: object,
    requestJti: string,
    fault: ServerFault | undefined,
  ): DoubleAnswer {
    const text = JSON.stringify(body);
    const keys = this.keys(fault === "wrong_key" ? Buffer.alloc(32, 12) : SECRET);
    const proof = signResponse({ keys, response: { status, body: text, clientId: CLIENT_ID, requestJti } });
    const replayed = this.lastAnswer;
    this.lastAnswer = { body: text, proof };
    if (fault === "reply_lost") return { status: 0, lost: true };
    if (fault === "unsigned") return { status, body: text };
    if (fault === "replayed" && replayed) {
      return { status: 200, body: replayed.body, headers: { "x-keepstreak-response": replayed.proof } };
    }
    const sent = fault === "altered_body" ? `${text} ` : text;
    return { status, body: sent, headers: { "x-keepstreak-response": proof } };
  }

  private keys(handshakeSecret: Buffer) {
    return deriveWorkerKeys({ handshakeSecret, clientId: CLIENT_ID, epoch: epochAt(this.now()) });
  }

  private provenRequest(request: DoubleRequest): ProvenRequest {
    const { method, path, body } = request;
    return { server: this.url, method, url: `${this.url}${path}`, body };
  }

  private at(seconds: number): Date {
    return new Date(this.now().getTime() + seconds * 1000);
  }
}

/** Parameters of a commit that nothing is wrong with. */
export function commitParams(
  change: Partial<CommitParams> & Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    owner: "alice",
    repo: "keepstreak-pulse",
    branch: "main",
    path: "pulse/journal.md",
    mode: "append",
    content: "- a line",
    message: "Keep the journal",
    author: { name: "Alice", email: "42+alice@users.noreply.github.com" },
    authoredAt: "2026-03-14T09:20:00.000Z",
    timeZone: "Europe/Paris",
    ...change,
  };
}
