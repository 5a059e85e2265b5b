import { randomFillSync } from "node:crypto";
import { v7 } from "uuid";

let lastMs = 0;
let sequence = 0;

/** A new row id: UUID version 7, so that ids of one table sort by creation. */
export function newId(): string {
  const random = newBytes(16);
  const nowMs = Date.now();
  // The clock may step back; the ids of one process never do.
  if (nowMs > lastMs) {
    lastMs = nowMs;
    sequence = random.readUInt32BE(6) >>> 1;
  } else sequence += 1;
  return v7({ random, msecs: lastMs, seq: sequence });
}

/** Randomness is fetched for many secrets at once, which costs little more than for one. */
const pool = Buffer.alloc(4_096);
let used = pool.length;

/** A random secret of `bytes` bytes, at most 1,024, as base64url without padding. */
export const newSecret = (bytes: number): string => newBytes(bytes).toString("base64url");

/** `count` random bytes, at most 1,024. */
export function newBytes(count: number): Buffer {
  if (used + count > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const bytes = Buffer.from(pool.subarray(used, used + count));
  // What was handed out is not kept.
  pool.fill(0, used, used + count);
  used += count;
  return bytes;
}
