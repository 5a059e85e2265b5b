import { findBody } from "../entry-body.js";
import type { DeadLetter, Entry, EntryBody } from "../transport.js";

/**
 * An entry as Redis answers it: id and alternating field names and values, in the order they were written. The
 * scripts add how often it was handed out.
 */
export type RawEntry = [id: string, fields: string[], deliveries?: number];

/** The body of what no version of this package has written. */
export const UNREADABLE: EntryBody = Object.freeze({});

export function parseEntryId(id: string): { shard: number; redisId: string } {
  const slash = id.indexOf("/");
  return { shard: Number(id.slice(0, slash)), redisId: id.slice(slash + 1) };
}

/** Fields are `k`, the key, then `b`, the body. The shard is part of the id: it stays true when their number changes. */
export function readEntry(stream: string, shard: number, [redisId, fields, deliveries = 1]: RawEntry): Entry {
  const body = findBody(fields[3]) ?? UNREADABLE;
  return { id: `${shard}/${redisId}`, stream, key: fields[1] ?? "", body, deliveries };
}

/** Fields are those of an entry, then `r`, the reason, and `d`, the deliveries. */
export function readDeadLetter(stream: string, shard: number, raw: RawEntry): DeadLetter {
  const [redisId, fields] = raw;
  const letter = { reason: fields[5] ?? "", deadAt: new Date(Number.parseInt(redisId, 10)) };
  return { ...readEntry(stream, shard, raw), deliveries: Number(fields[7]), ...letter };
}

/** XREADGROUP of one stream: null when nothing waits. */
export function rawEntriesOf(reply: unknown): RawEntry[] {
  return reply === null ? [] : ((reply as [string, RawEntry[]][])[0]?.[1] ?? []);
}

export function isMissingGroup(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith("NOGROUP");
}
