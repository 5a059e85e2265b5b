import { createHash, createHmac, type KeyObject, timingSafeEqual } from "node:crypto";

/** SHA-256. */
export function sha256(data: Uint8Array | string): Buffer {
  return createHash("sha256").update(data).digest();
}

/** HMAC-SHA256 (RFC 2104). Takes a `KeyObject` because a raw key costs seven times as much per call. */
export function hmacSha256(key: KeyObject, data: Uint8Array | string): Buffer {
  return createHmac("sha256", key).update(data).digest();
}

/** Compares in constant time; different lengths are unequal, never an exception. */
export function equalBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && timingSafeEqual(left, right);
}
