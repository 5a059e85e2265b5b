import { type JwsRefusal, signJws, verifyJws } from "./compact-jws.js";
import { acceptedEpochs } from "./epochs.js";
import { bodyHash } from "./request-proof.js";
import type { FindWorkerKeys, WorkerKeys } from "./worker-keys.js";

/** The header that carries the server's proof of an answer. */
export const RESPONSE_HEADER = "x-keepstreak-response";

const TYP = "keepstreak-response+jwt";
const MAX_LENGTH = 2048;

/** The answer to the request of a worker whose proof carried `requestJti`. */
export interface ProvenResponse {
  status: number;
  body: Uint8Array | string;
  clientId: string;
  requestJti: string;
}

export type ResponseRefusal = JwsRefusal | "wrong_audience" | "wrong_request" | "wrong_status" | "wrong_body";

export type VerifiedResponse = { ok: true } | { ok: false; reason: ResponseRefusal };

/** Signs an answer, so that a worker knows it speaks with its own server and that this answers its question. */
export function signResponse(input: { keys: WorkerKeys; response: ProvenResponse }): string {
  const { status, body, clientId, requestJti } = input.response;
  const claims = { aud: clientId, req: requestJti, status, bh: bodyHash(body) };
  return signJws({ key: input.keys.response, typ: TYP, epoch: input.keys.epoch, claims });
}

/** Verifies an answer as it really arrived. A replayed one has another request's `jti`. */
export function verifyResponse(input: {
  proof: string;
  findKeys: FindWorkerKeys;
  response: ProvenResponse;
  now: Date;
}): VerifiedResponse {
  const accepted = acceptedEpochs(input.now);
  const jws = verifyJws({
    token: input.proof,
    typ: TYP,
    maxLength: MAX_LENGTH,
    findKey: (epoch) => (accepted.includes(epoch) ? input.findKeys(epoch)?.response : undefined),
  });
  if (!jws.ok) return jws;
  const { aud, req, status, bh } = jws.claims;
  if (aud !== input.response.clientId) return { ok: false, reason: "wrong_audience" };
  if (req !== input.response.requestJti) return { ok: false, reason: "wrong_request" };
  if (status !== input.response.status) return { ok: false, reason: "wrong_status" };
  if (bh !== bodyHash(input.response.body)) return { ok: false, reason: "wrong_body" };
  return { ok: true };
}
