import { createHmac } from "node:crypto";

/**
 * A number in [0, 1) that anyone with the key can compute again and nobody without it can foresee:
 * the first 48 bits of HMAC-SHA-256.
 */
export function keyedUnit(key: string | Uint8Array, label: string): number {
  return createHmac("sha256", key).update(label).digest().readUIntBE(0, 6) / 2 ** 48;
}
