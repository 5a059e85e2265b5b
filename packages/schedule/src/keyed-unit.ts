import { hash } from "node:crypto";

/**
 * A number in [0, 1) that anyone with the key can compute again and nobody without it can foresee: the first 48 bits
 * of SHA-256 over key and label. Nothing is authenticated by it and the digest is never shown, so it need not be an
 * HMAC, which costs three times as much and leaves an object behind.
 *
 * @param key without a line break, lest it run into the label
 */
export function keyedUnit(key: string, label: string): number {
  // As text, because making a buffer for the digest costs as much as a fifth of all this.
  return Number.parseInt(hash("sha256", `${key}\n${label}`).slice(0, 12), 16) / 2 ** 48;
}
