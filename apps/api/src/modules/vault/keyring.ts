import { createHmac, createSecretKey, type KeyObject } from "node:crypto";
import type { Env } from "../../env.js";

/** The keys that wrap data keys: data, and which of them wraps from now on. */
export type Keyring = { currentId: string; keys: ReadonlyMap<string, KeyObject> };

export function openKeyring({ currentId, keys }: Env["PULSEKEEP_KEYRING"]): Keyring {
  return {
    currentId,
    keys: new Map(
      Object.entries(keys).map(([id, key]) => [id, createSecretKey(Buffer.from(key, "base64url"))]),
    ),
  };
}

/** @throws Error when the ring has no such key */
export function getKeyringKey(ring: Keyring, id: string): KeyObject {
  const key = ring.keys.get(id);
  if (!key) throw new Error(`The keyring has no key ${id}`);
  return key;
}

/** Tells whether two keys are the same without telling anything else about them. */
export const checkValueOf = (key: KeyObject): Buffer =>
  createHmac("sha256", key).update("pulsekeep/keyring-check/v1").digest();
