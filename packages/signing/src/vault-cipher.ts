import { createSecretKey, hkdfSync, type KeyObject } from "node:crypto";
import { decryptGcm, encryptGcm, IV_BYTES, TAG_BYTES } from "./aes-gcm.js";
import { hmacSha256 } from "./digest.js";
import { lengthPrefixed } from "./length-prefixed.js";

/** The place a sealed value belongs to. Moved to any other place, it does not open. */
export interface SealedPlace {
  tenant: string;
  table: string;
  column: string;
  row: string;
}

export type SealRefusal = "malformed" | "unknown_key" | "tampered";

export type OpenedValue = { ok: true; plaintext: Buffer } | { ok: false; reason: SealRefusal };

const VERSION = 1;
const DATA_KEY_BYTES = 32;
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Seals a value with AES-256-GCM.
 *
 * Format 1: `01 | n (one byte) | key id (n bytes, UTF-8) | IV (12) | ciphertext | tag (16)`, with the
 * length-prefixed (version, key id, tenant, table, column, row) as additional data.
 *
 * @param input.iv 12 random bytes, never used again with this key
 * @throws RangeError when the key id has not 1 to 255 bytes, a part of the place is empty, or key or IV have the
 *   wrong size
 */
export function sealValue(input: {
  key: KeyObject;
  keyId: string;
  place: SealedPlace;
  plaintext: Uint8Array;
  iv: Uint8Array;
}): Buffer {
  const keyId = Buffer.from(input.keyId, "utf8");
  if (keyId.length < 1 || keyId.length > 255) throw new RangeError("a key id has 1 to 255 bytes");
  const aad = placeBytes(input.keyId, input.place);
  const sealed = encryptGcm({ key: input.key, iv: input.iv, aad, plaintext: input.plaintext });
  return Buffer.concat([Buffer.of(VERSION, keyId.length), keyId, input.iv, sealed.ciphertext, sealed.tag]);
}

/**
 * Opens what `sealValue` wrote for this very place, with the one key that it names. `findKey` answers `undefined`
 * for a key it does not hold.
 *
 * @throws RangeError when a part of the place is empty
 */
export function openValue(input: {
  findKey: (keyId: string) => KeyObject | undefined;
  place: SealedPlace;
  sealed: Uint8Array;
}): OpenedValue {
  const parts = readSealed(input.sealed);
  if (parts === undefined) return { ok: false, reason: "malformed" };
  const key = input.findKey(parts.keyId);
  if (key === undefined) return { ok: false, reason: "unknown_key" };
  const { keyId, iv, ciphertext, tag } = parts;
  const plaintext = decryptGcm({ key, iv, aad: placeBytes(keyId, input.place), ciphertext, tag });
  return plaintext === undefined ? { ok: false, reason: "tampered" } : { ok: true, plaintext };
}

/**
 * An IV for `sealValue` that is as good as `random`, and where randomness repeats (a virtual machine that was put
 * back, a generator that failed) still differs for every other value and place: the first 12 bytes of
 * HMAC-SHA256 over random bytes, place and value, under a key derived from the one that seals.
 *
 * @param input.random 32 random bytes
 * @throws RangeError when there are fewer than 16 random bytes, or a part of the place is empty
 */
export function hedgedIv(input: {
  key: KeyObject;
  random: Uint8Array;
  place: SealedPlace;
  plaintext: Uint8Array;
}): Buffer {
  if (input.random.length < 16) throw new RangeError("an IV needs 16 random bytes or more");
  const ivKey = createSecretKey(Buffer.from(hkdfSync("sha256", input.key, "", "keepstreak/vault-iv/v1", 32)));
  const { tenant, table, column, row } = requirePlace(input.place);
  const parts = lengthPrefixed([input.random, tenant, table, column, row, input.plaintext]);
  return hmacSha256(ivKey, parts).subarray(0, IV_BYTES);
}

/** The id of the key that sealed a value, to find what a rotation still has to do. Not verified. */
export function readSealKeyId(sealed: Uint8Array): string | undefined {
  return readSealed(sealed)?.keyId;
}

/**
 * Seals a tenant's data key (32 bytes) under a key of the keyring.
 *
 * @throws RangeError when the data key is not 32 bytes
 */
export function wrapKey(input: {
  wrappingKey: KeyObject;
  wrappingKeyId: string;
  place: SealedPlace;
  dataKey: Uint8Array;
  iv: Uint8Array;
}): Buffer {
  if (input.dataKey.length !== DATA_KEY_BYTES) throw new RangeError(`a data key has ${DATA_KEY_BYTES} bytes`);
  const { wrappingKey: key, wrappingKeyId: keyId, place, dataKey: plaintext, iv } = input;
  return sealValue({ key, keyId, place, plaintext, iv });
}

/** Opens a wrapped data key into a key that cannot be printed by accident. */
export function unwrapKey(input: {
  findKey: (keyId: string) => KeyObject | undefined;
  place: SealedPlace;
  wrapped: Uint8Array;
}): { ok: true; dataKey: KeyObject } | { ok: false; reason: SealRefusal } {
  const opened = openValue({ findKey: input.findKey, place: input.place, sealed: input.wrapped });
  if (!opened.ok) return opened;
  if (opened.plaintext.length !== DATA_KEY_BYTES) return { ok: false, reason: "malformed" };
  return { ok: true, dataKey: createSecretKey(opened.plaintext) };
}

function placeBytes(keyId: string, place: SealedPlace): Buffer {
  const { tenant, table, column, row } = requirePlace(place);
  return lengthPrefixed([String(VERSION), keyId, tenant, table, column, row]);
}

/** A place that says nothing would be everybody's. */
function requirePlace(place: SealedPlace): SealedPlace {
  const { tenant, table, column, row } = place;
  if ([tenant, table, column, row].includes("")) throw new RangeError("a sealed value has a place");
  return place;
}

function readSealed(sealed: Uint8Array) {
  const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
  const keyIdEnd = 2 + (bytes[1] ?? 0);
  const ivEnd = keyIdEnd + IV_BYTES;
  const tagStart = bytes.length - TAG_BYTES;
  if (bytes[0] !== VERSION || keyIdEnd === 2 || tagStart < ivEnd) return undefined;
  try {
    return {
      keyId: utf8.decode(bytes.subarray(2, keyIdEnd)),
      iv: bytes.subarray(keyIdEnd, ivEnd),
      ciphertext: bytes.subarray(ivEnd, tagStart),
      tag: bytes.subarray(tagStart),
    };
  } catch {
    return undefined;
  }
}
