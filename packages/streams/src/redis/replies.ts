import { findBody } from "../entry-body.js";
import type { DeadLetter, EntryBody } from "../transport.js";

/** An entry as Redis answers it: id and alternating field names and values, in the order they were written. */
export type RawEntry = [id: string, fields: string[]];

export interface ReadEntry {
  /** The shard is part of the id: it stays true when the number of shards changes. */
  id: string;
  key: string;
  /** Undefined when the body cannot be read. */
  body: EntryBody | undefined;
}

export function entryId(shard: number, redisId: string): string {
  return `${shard}/${redisId}`;
}

export function parseEntryId(id: string): { shard: number; redisId: string } {
  const slash = id.indexOf("/");
  return { shard: Number(id.slice(0, slash)), redisId: id.slice(slash + 1) };
}

/** Fields are `k`, the key, then `b`, the body. */
export function readEntry(shard: number, [redisId, fields]: RawEntry): ReadEntry {
  return { id: entryId(shard, redisId), key: fields[1] ?? "", body: findBody(fields[3]) };
}

/** Fields are those of an entry, then `r`, the reason, and `d`, the deliveries. */
export function readDeadLetter(stream: string, shard: number, raw: RawEntry): DeadLetter {
  const [redisId, fields] = raw;
  const { id, key, body } = readEntry(shard, raw);
  return {
    id,
    stream,
    key,
    body: body ?? {},
    reason: fields[5] ?? "",
    deliveries: Number(fields[7]),
    deadAt: new Date(Number.parseInt(redisId, 10)),
  };
}

/** XREADGROUP of one stream: null when nothing waits. */
export function rawEntriesOf(reply: unknown): RawEntry[] {
  return reply === null ? [] : ((reply as [string, RawEntry[]][])[0]?.[1] ?? []);
}

export function isMissingGroup(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith("NOGROUP");
}
