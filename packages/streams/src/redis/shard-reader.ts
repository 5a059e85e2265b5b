import type { Cluster, Redis } from "ioredis";
import type { ClaimStaleOptions, Entry, StaleClaim } from "../transport.js";
import type { DeadLetters } from "./dead-letters.js";
import { type RawEntry, rawEntriesOf, readEntry } from "./replies.js";
import { claimStaleScript, runScript } from "./scripts.js";
import { GROUP, ShardGroups } from "./shard-groups.js";
import { findShard, type ShardKeys } from "./shard-keys.js";

const FORGET_CONSUMER_AFTER_MS = 3_600_000;

type Delivered = [id: string, fields: string[], deliveries: number];

interface ShardReaderOptions {
  redis: Redis | Cluster;
  deadLetters: DeadLetters;
  maxDeliveries: number;
}

/** Takes entries for a consumer, new ones and stale ones. */
export class ShardReader {
  private readonly groups: ShardGroups;
  /** Where the last look for stale entries stopped, by live key: one look scans a part of the pending list. */
  private readonly staleCursors = new Map<string, string>();
  private turn = 0;

  constructor(private readonly options: ShardReaderOptions) {
    this.groups = new ShardGroups(options.redis);
  }

  async read(stream: string, keys: readonly ShardKeys[], want: { consumer: string; max: number }) {
    const each = Math.floor(want.max / keys.length);
    if (each > 0) {
      const parts = keys.map((shard) => this.readShard(stream, shard, { ...want, max: each }));
      return (await Promise.all(parts)).flat();
    }
    // Fewer wanted than there are shards: another one first at each call, so that none starves.
    const first = this.turn++;
    const entries: Entry[] = [];
    for (let offset = 0; offset < keys.length && entries.length < want.max; offset++) {
      const shard = findShard(keys, (first + offset) % keys.length);
      entries.push(...(await this.readShard(stream, shard, { ...want, max: want.max - entries.length })));
    }
    return entries;
  }

  async claimStale(stream: string, keys: readonly ShardKeys[], want: ClaimStaleOptions): Promise<StaleClaim> {
    const claim: StaleClaim = { entries: [], poisoned: [] };
    for (const shard of keys) {
      const max = want.max - claim.entries.length;
      if (max <= 0) break;
      const { entries, poisoned } = await this.claimStaleShard(stream, shard, { ...want, max });
      claim.entries.push(...entries);
      claim.poisoned.push(...poisoned);
    }
    return claim;
  }

  private async readShard(stream: string, keys: ShardKeys, want: { consumer: string; max: number }) {
    const reply = await this.groups.using(keys, () =>
      this.options.redis.xreadgroup(
        "GROUP",
        GROUP,
        want.consumer,
        "COUNT",
        want.max,
        "STREAMS",
        keys.live,
        ">",
      ),
    );
    return this.readable(
      stream,
      keys,
      rawEntriesOf(reply).map(([id, fields]) => [id, fields, 1]),
    );
  }

  private async claimStaleShard(
    stream: string,
    keys: ShardKeys,
    want: ClaimStaleOptions,
  ): Promise<StaleClaim> {
    const { redis, deadLetters, maxDeliveries } = this.options;
    const cursor = this.staleCursors.get(keys.live) ?? "0-0";
    const limits = [maxDeliveries, deadLetters.cap, FORGET_CONSUMER_AFTER_MS];
    const args = [GROUP, want.consumer, want.minIdleMs, cursor, want.max, ...limits];
    const [next, claimed, poisoned] = (await this.groups.using(keys, () =>
      runScript(redis, claimStaleScript, [keys.live, keys.dead], args),
    )) as [string, Delivered[], Delivered[]];
    this.staleCursors.set(keys.live, next);
    return {
      entries: await this.readable(stream, keys, claimed),
      poisoned: poisoned.map((delivered) => toEntry(stream, keys, delivered).entry),
    };
  }

  /** What cannot be read goes to the dead letter at once: no number of deliveries would make it readable. */
  private async readable(stream: string, keys: ShardKeys, delivered: Delivered[]): Promise<Entry[]> {
    const entries: Entry[] = [];
    for (const each of delivered) {
      const { entry, isReadable } = toEntry(stream, keys, each);
      if (isReadable) entries.push(entry);
      else await this.options.deadLetters.bury(keys, entry, "unreadable body");
    }
    return entries;
  }
}

function toEntry(stream: string, keys: ShardKeys, [redisId, fields, deliveries]: Delivered) {
  const raw: RawEntry = [redisId, fields];
  const { id, key, body } = readEntry(keys.shard, raw);
  return { isReadable: body !== undefined, entry: { id, stream, key, body: body ?? {}, deliveries } };
}
