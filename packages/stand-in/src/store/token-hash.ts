import { createHash, randomInt } from "node:crypto";

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** SHA-256 in hex; the tokens are random and long, so a slow hash would add nothing. */
export function hashToken(tokenPlain: string): string {
  return createHash("sha256").update(tokenPlain).digest("hex");
}

export function randomText(length: number): string {
  return Array.from({ length }, () => ALPHABET[randomInt(ALPHABET.length)]).join("");
}
