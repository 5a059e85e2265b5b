import { encodeBase64url } from "./base64url.js";
import { type JwsRefusal, readJws, signJws, verifyJws } from "./compact-jws.js";
import { sha256 } from "./digest.js";
import { acceptedEpochs } from "./epochs.js";
import type { FindWorkerKeys, WorkerKeys } from "./worker-keys.js";

/** The header that carries a worker's proof. */
export const PROOF_HEADER = "x-keepstreak-proof";

const TYP = "keepstreak-proof+jwt";
const MAX_LENGTH = 4096;
const MAX_AGE_SECONDS = 300;
const MAX_AHEAD_SECONDS = 30;
const CLAIMS = new Set(["iss", "aud", "htm", "htu", "iat", "jti", "bh", "sid"]);
const ID = /^[A-Za-z0-9_-]{16,64}$/;

/** The request that a proof speaks of. `url` has neither query nor fragment. */
export interface ProvenRequest {
  /** Origin of the server, `https://host[:port]`. */
  server: string;
  /** Upper case. */
  method: string;
  url: string;
  body: Uint8Array | string;
}

export type ProofRefusal =
  | JwsRefusal
  | "bad_claims"
  | "wrong_issuer"
  | "wrong_audience"
  | "wrong_method"
  | "wrong_url"
  | "wrong_body"
  | "too_old"
  | "from_future";

export type VerifiedProof =
  | { ok: true; jti: string; issuedAt: Date; epoch: number; sessionId: string | undefined }
  | { ok: false; reason: ProofRefusal };

/** Signs one request of a worker. `jti` is 16 to 64 random base64url characters, never used again. */
export function signProof(input: {
  keys: WorkerKeys;
  clientId: string;
  request: ProvenRequest;
  now: Date;
  jti: string;
  sessionId?: string | undefined;
}): string {
  const claims = {
    iss: input.clientId,
    aud: input.request.server,
    htm: input.request.method,
    htu: input.request.url,
    iat: Math.floor(input.now.getTime() / 1000),
    jti: input.jti,
    bh: bodyHash(input.request.body),
    ...(input.sessionId === undefined ? {} : { sid: input.sessionId }),
  };
  return signJws({ key: input.keys.request, typ: TYP, epoch: input.keys.epoch, claims });
}

/**
 * Verifies a proof against the request as it really arrived. Whether the `jti` was seen before and whether the
 * session is open is for the caller to find out, and only after this said ok.
 */
export function verifyProof(input: {
  proof: string;
  findKeys: FindWorkerKeys;
  clientId: string;
  request: ProvenRequest;
  now: Date;
}): VerifiedProof {
  const accepted = acceptedEpochs(input.now);
  const jws = verifyJws({
    token: input.proof,
    typ: TYP,
    maxLength: MAX_LENGTH,
    findKey: (epoch) => (accepted.includes(epoch) ? input.findKeys(epoch)?.request : undefined),
  });
  if (!jws.ok) return jws;
  const { iat, jti, sid } = jws.claims;
  if (!hasProofShape(jws.claims) || typeof iat !== "number" || typeof jti !== "string") {
    return { ok: false, reason: "bad_claims" };
  }
  const reason = mismatch(jws.claims, input) ?? staleness(iat, input.now);
  if (reason !== undefined) return { ok: false, reason };
  const sessionId = typeof sid === "string" ? sid : undefined;
  return { ok: true, jti, issuedAt: new Date(iat * 1000), epoch: jws.epoch, sessionId };
}

/**
 * Reads the client id and `jti` that a proof CLAIMS, to look up the keys to verify it with and to answer it.
 * Nothing is verified here.
 */
export function readUnverifiedProof(proof: string): { clientId: string; jti: string } | undefined {
  const jws = readJws(proof, MAX_LENGTH);
  if (!jws.ok || !hasProofShape(jws.claims)) return undefined;
  return { clientId: String(jws.claims["iss"]), jti: String(jws.claims["jti"]) };
}

/** SHA-256 of a body, base64url; an absent body is the empty one. */
export function bodyHash(body: Uint8Array | string): string {
  return encodeBase64url(sha256(body));
}

function hasProofShape(claims: Record<string, unknown>): boolean {
  const { iat, jti, sid } = claims;
  return (
    Object.keys(claims).every((name) => CLAIMS.has(name)) &&
    ["iss", "aud", "htm", "htu", "bh"].every((name) => typeof claims[name] === "string") &&
    Number.isSafeInteger(iat) &&
    typeof jti === "string" &&
    ID.test(jti) &&
    (sid === undefined || (typeof sid === "string" && ID.test(sid)))
  );
}

function mismatch(
  claims: Record<string, unknown>,
  expected: { clientId: string; request: ProvenRequest },
): ProofRefusal | undefined {
  if (claims["iss"] !== expected.clientId) return "wrong_issuer";
  if (claims["aud"] !== expected.request.server) return "wrong_audience";
  if (claims["htm"] !== expected.request.method) return "wrong_method";
  if (claims["htu"] !== expected.request.url) return "wrong_url";
  if (claims["bh"] !== bodyHash(expected.request.body)) return "wrong_body";
  return undefined;
}

function staleness(iat: number, now: Date): ProofRefusal | undefined {
  const ageSeconds = now.getTime() / 1000 - iat;
  if (ageSeconds > MAX_AGE_SECONDS) return "too_old";
  if (ageSeconds < -MAX_AHEAD_SECONDS) return "from_future";
  return undefined;
}
