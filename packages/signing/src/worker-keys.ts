import { createSecretKey, hkdfSync, type KeyObject } from "node:crypto";
import { acceptedEpochs } from "./epochs.js";
import { lengthPrefixed } from "./length-prefixed.js";

/** Bytes of a handshake secret. */
export const HANDSHAKE_SECRET_BYTES = 32;

const PROTOCOL = "keepstreak/v1";
const KEY_BYTES = 32;

/** One worker's working keys of one epoch: one key per purpose, none used for two. */
export interface WorkerKeys {
  epoch: number;
  /** MAC of request proofs (worker to server). */
  request: KeyObject;
  /** MAC of signals (server to worker). */
  signalMac: KeyObject;
  /** Encryption of signals (server to worker). */
  signalEnc: KeyObject;
  /** MAC of answers (server to worker). */
  response: KeyObject;
}

/** Gives the keys of an epoch, or `undefined` where the caller does not hold them. */
export type FindWorkerKeys = (epoch: number) => WorkerKeys | undefined;

/**
 * Derives a worker's keys by HKDF-SHA256 (RFC 5869) from its 32-byte handshake secret, with the client id
 * as salt and a length-prefixed (protocol, purpose, epoch) as info.
 *
 * @throws RangeError when the secret is not 32 bytes or the client id is empty
 */
export function deriveWorkerKeys(from: {
  handshakeSecret: Uint8Array;
  clientId: string;
  epoch: number;
}): WorkerKeys {
  if (from.handshakeSecret.length !== HANDSHAKE_SECRET_BYTES) {
    throw new RangeError(`a handshake secret has ${HANDSHAKE_SECRET_BYTES} bytes`);
  }
  if (from.clientId === "") throw new RangeError("a client id is not empty");
  const derive = (purpose: string) => {
    const info = lengthPrefixed([PROTOCOL, purpose, String(from.epoch)]);
    return createSecretKey(
      hkdfSha256({ ikm: from.handshakeSecret, salt: from.clientId, info, length: KEY_BYTES }),
    );
  };
  return {
    epoch: from.epoch,
    request: derive("request"),
    signalMac: derive("signal-mac"),
    signalEnc: derive("signal-enc"),
    response: derive("response"),
  };
}

/** Derives the keys of every epoch accepted at `now`; what is not accepted is not found. */
export function deriveAcceptedKeys(from: {
  handshakeSecret: Uint8Array;
  clientId: string;
  now: Date;
}): FindWorkerKeys {
  const keys = new Map(
    acceptedEpochs(from.now).map((epoch) => [
      epoch,
      deriveWorkerKeys({ handshakeSecret: from.handshakeSecret, clientId: from.clientId, epoch }),
    ]),
  );
  return (epoch) => keys.get(epoch);
}

/** HKDF-SHA256 (RFC 5869). `length` is in bytes, at most 8160. */
export function hkdfSha256(input: {
  ikm: Uint8Array;
  salt: Uint8Array | string;
  info: Uint8Array;
  length: number;
}): Buffer {
  return Buffer.from(hkdfSync("sha256", input.ikm, input.salt, input.info, input.length));
}
