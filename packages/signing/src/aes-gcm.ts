import { createCipheriv, createDecipheriv, type KeyObject } from "node:crypto";

/** Bytes of an initialisation vector: 96 bits, the only size that GCM does not hash first. */
export const IV_BYTES = 12;
/** Bytes of an authentication tag; shorter tags are refused. */
export const TAG_BYTES = 16;

const KEY_BYTES = 32;

/**
 * AES-256-GCM; the only place of the product that touches a cipher. An IV must never be used twice with one
 * key: it is passed in, 12 random bytes.
 *
 * @throws RangeError when the key is not 32 or the IV not 12 bytes
 */
export function encryptGcm(input: {
  key: KeyObject;
  iv: Uint8Array;
  aad: Uint8Array;
  plaintext: Uint8Array;
}): { ciphertext: Buffer; tag: Buffer } {
  requireKey(input.key);
  if (input.iv.length !== IV_BYTES) throw new RangeError(`an IV has ${IV_BYTES} bytes`);
  const cipher = createCipheriv("aes-256-gcm", input.key, input.iv, { authTagLength: TAG_BYTES });
  cipher.setAAD(input.aad);
  const ciphertext = cipher.update(input.plaintext);
  // Of a stream cipher nothing is left to come: this makes the tag.
  cipher.final();
  return { ciphertext, tag: cipher.getAuthTag() };
}

/**
 * Opens what `encryptGcm` wrote; `undefined` when anything about it is not right.
 *
 * @throws RangeError when the key is not 32 bytes
 */
export function decryptGcm(input: {
  key: KeyObject;
  iv: Uint8Array;
  aad: Uint8Array;
  ciphertext: Uint8Array;
  tag: Uint8Array;
}): Buffer | undefined {
  requireKey(input.key);
  if (input.iv.length !== IV_BYTES || input.tag.length !== TAG_BYTES) return undefined;
  const decipher = createDecipheriv("aes-256-gcm", input.key, input.iv, { authTagLength: TAG_BYTES });
  decipher.setAAD(input.aad);
  decipher.setAuthTag(input.tag);
  const plaintext = decipher.update(input.ciphertext);
  try {
    return Buffer.concat([plaintext, decipher.final()]);
  } catch {
    return undefined;
  }
}

function requireKey(key: KeyObject): void {
  if (key.type !== "secret" || key.symmetricKeySize !== KEY_BYTES) {
    throw new RangeError(`an AES-256 key has ${KEY_BYTES} bytes`);
  }
}
