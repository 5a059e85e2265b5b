import { Cluster, type Redis } from "ioredis";
import type { ClaimStaleOptions, Entry, StaleClaim } from "../transport.js";
import type { DeadLetters } from "./dead-letters.js";
import { isMissingGroup, type RawEntry, rawEntriesOf, readEntry, UNREADABLE } from "./replies.js";
import { claimStaleScript, runScript } from "./scripts.js";
import { GROUP, ShardGroups } from "./shard-groups.js";
import { findShard, type ShardKeys } from "./shard-keys.js";

const FORGET_CONSUMER_AFTER_MS = 3_600_000;

type Want = { consumer: string; max: number };
type Reply = [error: Error | null, reply: unknown];

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

  /**
   * New entries of all shards.
   * @throws when there are none and a shard could not be asked: one that is away must not hold up the others
   */
  async read(stream: string, keys: readonly ShardKeys[], want: Want): Promise<Entry[]> {
    const each = Math.floor(want.max / keys.length);
    if (each > 0) return this.readEach(stream, keys, { ...want, max: each });
    // Fewer wanted than there are shards: another one first at each call, so that none starves.
    const first = this.turn++;
    return firstOf(keys.length, want.max, (offset, max) => {
      const shard = findShard(keys, (first + offset) % keys.length);
      return this.readEach(stream, [shard], { ...want, max });
    });
  }

  /** @throws when nothing was claimed and a shard could not be asked */
  async claimStale(stream: string, keys: readonly ShardKeys[], want: ClaimStaleOptions): Promise<StaleClaim> {
    const poisoned: Entry[] = [];
    const entries = await firstOf(keys.length, want.max, async (shard, max) => {
      const claim = await this.claimStaleShard(stream, findShard(keys, shard), { ...want, max });
      poisoned.push(...claim.poisoned);
      return claim.entries;
    });
    return { entries, poisoned };
  }

  private async readEach(stream: string, shards: readonly ShardKeys[], want: Want): Promise<Entry[]> {
    const replies = await this.ask(shards, want);
    const parts = await Promise.allSettled(
      shards.map(async (keys, index) => {
        const [error, reply] = replies[index] ?? [null, null];
        if (!error) return this.readable(stream, keys, rawEntriesOf(reply));
        if (!isMissingGroup(error)) throw error;
        await this.groups.makeAgain(keys);
        const [[failure, again] = [null, null]] = await this.ask([keys], want);
        if (failure) throw failure;
        return this.readable(stream, keys, rawEntriesOf(again));
      }),
    );
    return entriesOf(parts);
  }

  /** One write to the socket of a single server; a cluster refuses commands to several shards in one pipeline. */
  private async ask(shards: readonly ShardKeys[], { consumer, max }: Want): Promise<Reply[]> {
    const { redis } = this.options;
    const made = this.groups.make(shards);
    if (made) await made;
    const args = ({ live }: ShardKeys) =>
      ["GROUP", GROUP, consumer, "COUNT", max, "STREAMS", live, ">"] as const;
    if (redis instanceof Cluster) {
      const asked = shards.map((keys) =>
        redis.xreadgroup(...args(keys)).then(
          (reply): Reply => [null, reply],
          (error: Error): Reply => [error, null],
        ),
      );
      return Promise.all(asked);
    }
    const pipeline = redis.pipeline();
    for (const keys of shards) pipeline.xreadgroup(...args(keys));
    return (await pipeline.exec()) ?? [];
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
    )) as [string, RawEntry[], RawEntry[]];
    this.staleCursors.set(keys.live, next);
    return {
      entries: await this.readable(stream, keys, claimed),
      poisoned: poisoned.map((raw) => readEntry(stream, keys.shard, raw)),
    };
  }

  /** What cannot be read goes to the dead letter at once: no number of deliveries would make it readable. */
  private async readable(stream: string, keys: ShardKeys, raw: RawEntry[]): Promise<Entry[]> {
    const entries = raw.map((each) => readEntry(stream, keys.shard, each));
    const isReadable = (entry: Entry) => entry.body !== UNREADABLE;
    if (entries.every(isReadable)) return entries;
    for (const entry of entries)
      if (!isReadable(entry)) await this.options.deadLetters.bury(keys, entry, "unreadable body");
    return entries.filter(isReadable);
  }
}

/** What was got; one part's failure counts only where the others brought nothing. */
function entriesOf(parts: PromiseSettledResult<Entry[]>[]): Entry[] {
  const entries = parts.flatMap((part) => (part.status === "fulfilled" ? part.value : []));
  const failure = parts.find((part) => part.status === "rejected");
  if (failure && entries.length === 0) throw failure.reason;
  return entries;
}

/** Takes from one part after another until there are `max`. */
async function firstOf(
  count: number,
  max: number,
  take: (part: number, max: number) => Promise<Entry[]>,
): Promise<Entry[]> {
  const parts: PromiseSettledResult<Entry[]>[] = [];
  let left = max;
  for (let part = 0; part < count && left > 0; part++) {
    const [taken] = await Promise.allSettled([take(part, left)]);
    parts.push(taken);
    if (taken.status === "fulfilled") left -= taken.value.length;
  }
  return entriesOf(parts);
}
