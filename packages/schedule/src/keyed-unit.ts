import { createHmac } from "node:crypto";

/**
 * A number in [0, 1) that anyone with the key can compute again and nobody without it can foresee:
 * the first 48 bits of HMAC-SHA-256.
 */
export function keyedUnit(key: string, label: string): number {
  // As text, because making a buffer for the digest costs as much as a fifth of all this.
  return Number.parseInt(createHmac("sha256", key).update(label).digest("hex").slice(0, 12), 16) / 2 ** 48;
}
