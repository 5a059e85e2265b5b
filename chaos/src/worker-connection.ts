import { randomBytes } from "node:crypto";
import {
  deriveAcceptedKeys,
  epochAt,
  type FindWorkerKeys,
  openSignal,
  PROOF_HEADER,
  RESPONSE_HEADER,
  type Signal,
  signProof,
  verifyResponse,
} from "@pulsekeep/signing";
import type { Seat } from "./population.ts";

/** A request as it went out, so that it can be sent again by somebody who overheard it. */
export type SentRequest = { path: string; body: string; proof: string };

export type Answered = { kind: "answered"; status: number; body: Record<string, unknown>; sent: SentRequest };
type Unproven = { kind: "unproven"; status: number; sent: SentRequest };
export type WorkerAnswer = Answered | Unproven | { kind: "unreachable" };

/** The worker's end of the protocol: proofs, verified answers, opened signals. */
export class WorkerConnection {
  readonly seat: Seat;
  private readonly publicUrl: string;
  private readonly findKeys: FindWorkerKeys;
  private sessionId: string | undefined;

  constructor(seat: Seat, publicUrl: string) {
    this.seat = seat;
    this.publicUrl = publicUrl;
    this.findKeys = deriveAcceptedKeys({ ...seat, now: new Date() });
  }

  get hasSession(): boolean {
    return this.sessionId !== undefined;
  }

  async hello(at: string): Promise<WorkerAnswer> {
    this.sessionId = undefined;
    const runner = {
      kind: "resident",
      repository: null,
      runId: null,
      runAttempt: null,
      wokenBy: null,
      workflowSha: null,
      os: "linux",
      nodeVersion: "v24.0.0",
    };
    const answer = await this.ask(at, "/v1/worker/hello", { body: { workerVersion: "0.1.0", runner } });
    if (answer.kind === "answered" && answer.status === 200)
      this.sessionId = String(answer.body["sessionId"]);
    return answer;
  }

  /** Forgets the session: the next request says hello first. */
  endSession(): void {
    this.sessionId = undefined;
  }

  async ask(
    at: string,
    path: string,
    { body, timeoutMs = 6_000 }: { body: object; timeoutMs?: number },
  ): Promise<WorkerAnswer> {
    const text = JSON.stringify(body);
    const now = new Date();
    const jti = randomBytes(18).toString("base64url");
    const keys = this.findKeys(epochAt(now));
    if (keys === undefined) throw new Error("a run does not last into the next epoch");
    const request = { server: this.publicUrl, method: "POST", url: `${this.publicUrl}${path}`, body: text };
    const { clientId } = this.seat;
    const proof = signProof({ keys, clientId, request, now, jti, sessionId: this.sessionId });
    const sent = { path, body: text, proof };
    const response = await send(at, sent, timeoutMs);
    if (response === undefined) return { kind: "unreachable" };
    const { status, text: answerText, answerProof } = response;
    const verified = verifyResponse({
      proof: answerProof,
      findKeys: this.findKeys,
      now: new Date(),
      response: { status, body: answerText, clientId, requestJti: jti },
    });
    if (verified.ok)
      return { kind: "answered", status, body: JSON.parse(answerText) as Record<string, unknown>, sent };
    // Before a proof is believed there are no keys to answer with.
    return status >= 400 ? { kind: "answered", status, body: {}, sent } : { kind: "unproven", status, sent };
  }

  /** The signal of a claimed run, or undefined when it does not open. */
  open(sealed: string): Signal | undefined {
    const opened = openSignal({
      sealed,
      findKeys: this.findKeys,
      workerId: this.seat.clientId,
      now: new Date(),
    });
    return opened.ok ? opened.signal : undefined;
  }
}

/** Sends a request byte by byte as it was made; undefined when no answer comes. */
export async function send(
  at: string,
  { path, body, proof }: SentRequest,
  timeoutMs = 6_000,
): Promise<{ status: number; text: string; answerProof: string } | undefined> {
  try {
    const response = await fetch(`${at}${path}`, {
      method: "POST",
      body,
      headers: { "content-type": "application/json", [PROOF_HEADER]: proof },
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await response.text();
    return { status: response.status, text, answerProof: response.headers.get(RESPONSE_HEADER) ?? "" };
  } catch {
    return undefined;
  }
}
