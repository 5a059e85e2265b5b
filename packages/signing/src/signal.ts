import { decryptJwe, encryptJwe, type JweRefusal } from "./compact-jwe.js";
import { type JwsRefusal, signJws, verifyJws } from "./compact-jws.js";
import { acceptedEpochs } from "./epochs.js";
import { isPlainObject } from "./strict-json.js";
import type { FindWorkerKeys, WorkerKeys } from "./worker-keys.js";

/** The longest that a signal may live, in seconds, whatever its issuer wrote. */
export const SIGNAL_MAX_TTL_SECONDS = 15 * 60;

const MAC_TYP = "keepstreak-signal+jwt";
const SEAL_TYP = "keepstreak-sealed-signal+jwt";
const MAX_LENGTH = 256 * 1024;
const MAX_AHEAD_SECONDS = 30;
const CLAIMS = ["jti", "sub", "aud", "seq", "nbf", "exp", "kind", "params"];

/** The signed instruction for one run. */
export interface Signal {
  signalId: string;
  runId: string;
  /** Client id of the one worker that may open it. */
  workerId: string;
  /** Place of the run in its lane's order. */
  seq: number;
  notBefore: Date;
  expiresAt: Date;
  kind: string;
  params: Record<string, unknown>;
}

export type SignalRefusal =
  | JweRefusal
  | JwsRefusal
  | "bad_claims"
  | "wrong_audience"
  | "ttl_too_long"
  | "not_yet_valid"
  | "expired";

export type OpenedSignal = { ok: true; signal: Signal } | { ok: false; reason: SignalRefusal };

/** Signs (HS256), then encrypts (A256GCM) a signal. `iv` is 12 random bytes, never used again with these keys. */
export function sealSignal(input: { keys: WorkerKeys; signal: Signal; iv: Uint8Array }): string {
  const { keys, signal, iv } = input;
  const claims = {
    jti: signal.signalId,
    sub: signal.runId,
    aud: signal.workerId,
    seq: signal.seq,
    nbf: Math.floor(signal.notBefore.getTime() / 1000),
    exp: Math.floor(signal.expiresAt.getTime() / 1000),
    kind: signal.kind,
    params: signal.params,
  };
  const plaintext = signJws({ key: keys.signalMac, typ: MAC_TYP, epoch: keys.epoch, claims });
  return encryptJwe({ key: keys.signalEnc, typ: SEAL_TYP, epoch: keys.epoch, iv, plaintext });
}

/**
 * Opens a signal and verifies everything that does not depend on its kind. The caller asks
 * `isSignalExpired` once more right before the effect.
 */
export function openSignal(input: {
  sealed: string;
  findKeys: FindWorkerKeys;
  workerId: string;
  now: Date;
}): OpenedSignal {
  const accepted = acceptedEpochs(input.now);
  const findKeys: FindWorkerKeys = (epoch) => (accepted.includes(epoch) ? input.findKeys(epoch) : undefined);
  const jwe = decryptJwe({
    token: input.sealed,
    typ: SEAL_TYP,
    maxLength: MAX_LENGTH,
    findKey: (epoch) => findKeys(epoch)?.signalEnc,
  });
  if (!jwe.ok) return jwe;
  const jws = verifyJws({
    token: jwe.plaintext.toString("latin1"),
    typ: MAC_TYP,
    maxLength: MAX_LENGTH,
    // The MAC of one epoch inside the seal of another is nothing that a server writes.
    findKey: (epoch) => (epoch === jwe.epoch ? findKeys(epoch)?.signalMac : undefined),
  });
  if (!jws.ok) return jws;
  const signal = readClaims(jws.claims);
  if (signal === undefined) return { ok: false, reason: "bad_claims" };
  const reason = refusalOf(signal, input);
  return reason === undefined ? { ok: true, signal } : { ok: false, reason };
}

/** True from the very millisecond of `expiresAt` on: no skew is granted at the end of a signal's life. */
export function isSignalExpired(signal: Pick<Signal, "expiresAt">, now: Date): boolean {
  return now.getTime() >= signal.expiresAt.getTime();
}

/** How a signal stands to the last one seen in its lane. A lower number than the last is refused by the worker. */
export function compareSeq(
  seq: number,
  lastSeq: number | undefined,
): "in_order" | "gap" | "repeated" | "stale" {
  if (lastSeq === undefined || seq === lastSeq + 1) return "in_order";
  if (seq === lastSeq) return "repeated";
  return seq < lastSeq ? "stale" : "gap";
}

function refusalOf(signal: Signal, expected: { workerId: string; now: Date }): SignalRefusal | undefined {
  const lifeMs = signal.expiresAt.getTime() - signal.notBefore.getTime();
  if (signal.workerId !== expected.workerId) return "wrong_audience";
  if (lifeMs > SIGNAL_MAX_TTL_SECONDS * 1000) return "ttl_too_long";
  if (signal.notBefore.getTime() > expected.now.getTime() + MAX_AHEAD_SECONDS * 1000) return "not_yet_valid";
  if (isSignalExpired(signal, expected.now)) return "expired";
  return undefined;
}

function readClaims(claims: Record<string, unknown>): Signal | undefined {
  const { jti, sub, aud, seq, nbf, exp, kind, params } = claims;
  const names = Object.keys(claims);
  if (names.length !== CLAIMS.length || !names.every((name) => CLAIMS.includes(name))) return undefined;
  if (!isText(jti) || !isText(sub) || !isText(aud) || !isText(kind) || !isPlainObject(params))
    return undefined;
  if (!isCount(seq) || !isCount(nbf) || !isCount(exp) || exp <= nbf) return undefined;
  return {
    signalId: jti,
    runId: sub,
    workerId: aud,
    seq,
    notBefore: new Date(nbf * 1000),
    expiresAt: new Date(exp * 1000),
    kind,
    params,
  };
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.length > 0 && value.length <= 128;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
