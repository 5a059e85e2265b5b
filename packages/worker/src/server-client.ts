import {
  deriveAcceptedKeys,
  deriveWorkerKeys,
  encodeBase64url,
  epochAt,
  PROOF_HEADER,
  parseStrictJson,
  RESPONSE_HEADER,
  signProof,
  verifyResponse,
} from "@pulsekeep/signing";
import type { WorkerConfig } from "./config.js";
import { describeNetworkFault } from "./network-fault.js";
import type { Surroundings } from "./surroundings.js";

/** An answer that the server really gave, or why there is none. */
export type ServerAnswer =
  | { kind: "answered"; status: number; body: Record<string, unknown> }
  /** Somebody answered who could not prove to be our server. Nothing of it may be used. */
  | { kind: "untrusted"; why: string }
  | { kind: "unreachable"; why: string };

export interface ServerQuestion {
  path: string;
  body: object;
  sessionId?: string | undefined;
  runnerToken?: string | undefined;
  timeoutMs?: number;
  /** How often it is asked while the server cannot be reached; 5 unless told. */
  attempts?: number;
}

const ATTEMPTS = 5;
const TIMEOUT_MS = 15_000;
const LONGEST_WAIT_MS = 30_000;

/**
 * Puts a question to the server, again and again while it cannot be reached. Every question is safe to repeat:
 * its body stays the same, its proof is new.
 */
export async function askServer(
  config: WorkerConfig,
  around: Surroundings,
  question: ServerQuestion,
): Promise<ServerAnswer> {
  for (let attempt = 1; ; attempt++) {
    const answer = await askOnce(config, around, question);
    const isFinal = answer.kind === "untrusted" || (answer.kind === "answered" && !isPassing(answer.status));
    if (isFinal || attempt === (question.attempts ?? ATTEMPTS) || around.isStopping()) return answer;
    const why = answer.kind === "answered" ? `status ${answer.status}` : answer.why;
    around.log(`${question.path}: ${why}; trying again`);
    await around.sleep(Math.min(500 * 2 ** attempt, LONGEST_WAIT_MS));
  }
}

async function askOnce(
  config: WorkerConfig,
  around: Surroundings,
  question: ServerQuestion,
): Promise<ServerAnswer> {
  const now = around.now();
  const url = `${config.server}${question.path}`;
  const body = JSON.stringify(question.body);
  const jti = encodeBase64url(around.randomBytes(18));
  const keys = deriveWorkerKeys({ ...config, epoch: epochAt(now) });
  const request = { server: config.server, method: "POST", url, body };
  const { clientId } = config;
  const headers: Record<string, string> = {
    "content-type": "application/json",
    [PROOF_HEADER]: signProof({ keys, clientId, request, now, jti, sessionId: question.sessionId }),
  };
  if (question.runnerToken !== undefined) headers["authorization"] = `Bearer ${question.runnerToken}`;
  const signal = AbortSignal.timeout(question.timeoutMs ?? TIMEOUT_MS);
  let answer: Response;
  let bytes: Uint8Array;
  try {
    answer = await around.fetch(url, { method: "POST", headers, body, redirect: "error", signal });
    bytes = new Uint8Array(await answer.arrayBuffer());
  } catch (fault) {
    return { kind: "unreachable", why: describeNetworkFault(fault) };
  }
  const { status } = answer;
  const verified = verifyResponse({
    proof: answer.headers.get(RESPONSE_HEADER) ?? "",
    // A long poll may cross the end of an epoch, so the keys are those of the moment of the answer.
    findKeys: deriveAcceptedKeys({ ...config, now: around.now() }),
    response: { status, body: bytes, clientId, requestJti: jti },
    now: around.now(),
  });
  if (verified.ok) return readBody(status, bytes);
  // A proxy in front of a server that is down knows no keys; its 5xx says the same as no answer.
  if (isPassing(status)) return { kind: "unreachable", why: `status ${status} without a proof` };
  return { kind: "untrusted", why: `status ${status}, proof ${verified.reason}` };
}

function readBody(status: number, bytes: Uint8Array): ServerAnswer {
  const parsed = parseStrictJson(bytes);
  if (parsed.ok) return { kind: "answered", status, body: parsed.value };
  return { kind: "untrusted", why: "the answer is no JSON object" };
}

function isPassing(status: number): boolean {
  return status === 429 || status >= 500;
}
