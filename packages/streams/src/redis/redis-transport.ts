import { randomUUID } from "node:crypto";
import type { ChainableCommander, Cluster, Redis } from "ioredis";
import { Arrivals } from "../arrivals.js";
import { encodeBody } from "../entry-body.js";
import { shardOf } from "../shard-of.js";
import {
  type AppendOptions,
  type ClaimStaleOptions,
  type ConsumeOptions,
  DEFAULT_MAX_DELIVERIES,
  type DeadLetter,
  type Entry,
  type Hint,
  type NewEntry,
  type StaleClaim,
  type StreamState,
  type Subscription,
  type Transport,
  type TransportLimits,
} from "../transport.js";
import { RedisHints } from "./redis-hints.js";
import { inspectShards, isMissingGroup } from "./redis-inspect.js";
import {
  findShard,
  parseEntryId,
  type RawEntry,
  rawEntriesOf,
  readDeadLetter,
  readEntry,
} from "./replies.js";
import {
  claimStaleScript,
  deadLetterScript,
  epochScript,
  promoteScript,
  replayScript,
  runScript,
} from "./scripts.js";
import { type ShardKeys, shardKeys } from "./shard-keys.js";

const GROUP = "workers";
const PROMOTE_AT_ONCE = 500;
const FORGET_CONSUMER_AFTER_MS = 3_600_000;

export interface RedisTransportOptions extends TransportLimits {
  /** Makes a new connection at each call: one for commands, one for subscriptions. */
  connect: () => Redis | Cluster;
  /** Before every key and channel. Default `pk`. */
  prefix?: string;
  /** Default 4. All processes must agree. */
  shards?: number;
  /** Dead letters kept per shard, about; the oldest go first. Default 10,000. */
  maxDeadLetters?: number;
  /** Connection errors; the connection is made again by itself. */
  onError?: (error: Error) => void;
}

/** Redis Streams, Redis 7 or Valkey 8 and newer, single server or cluster: no command spans two shards. */
export class RedisTransport implements Transport {
  readonly shards: number;
  private readonly redis: Redis | Cluster;
  private readonly hints: RedisHints;
  private readonly arrivals = new Arrivals();
  private readonly prefix: string;
  private readonly maxDeliveries: number;
  private readonly maxDeadLetters: number;
  private readonly keysByStream = new Map<string, ShardKeys[]>();
  private readonly groups = new Map<string, Promise<unknown>>();
  private readonly bells = new Map<string, Promise<Subscription>>();
  private readonly staleCursors = new Map<string, string>();
  private readonly instance = randomUUID();
  private delayedCount = 0;
  private turn = 0;

  constructor(options: RedisTransportOptions) {
    this.shards = options.shards ?? 4;
    this.prefix = options.prefix ?? "pk";
    this.maxDeliveries = options.maxDeliveries ?? DEFAULT_MAX_DELIVERIES;
    this.maxDeadLetters = options.maxDeadLetters ?? 10_000;
    const connect = () => options.connect().on("error", (error: Error) => options.onError?.(error));
    this.redis = connect();
    this.hints = new RedisHints(this.redis, connect, this.prefix);
  }

  async append(stream: string, entries: readonly NewEntry[], { delayUntil }: AppendOptions = {}) {
    if (entries.length === 0) return;
    const pipelines = new Map<ShardKeys, ChainableCommander>();
    for (const entry of entries) {
      const keys = this.keysOf(stream, shardOf(entry.key, this.shards));
      const pipeline = pipelines.get(keys) ?? this.redis.pipeline();
      pipelines.set(keys, pipeline);
      const body = encodeBody(entry.body);
      if (delayUntil) {
        pipeline.zadd(keys.delayed, Math.ceil(delayUntil.getTime()), this.delayedMember(entry.key, body));
      } else {
        pipeline.xadd(keys.live, "*", "k", entry.key, "b", body);
      }
    }
    await Promise.all([...pipelines.values()].map(execute));
    this.ring(stream, delayUntil);
  }

  async consume(stream: string, { consumer, max, blockMs = 0, signal }: ConsumeOptions): Promise<Entry[]> {
    return this.arrivals.waitFor(stream, { blockMs, signal }, async () => {
      if (blockMs > 0) await this.listenFor(stream);
      if (this.arrivals.takePromotion(stream)) await this.promote(stream);
      return this.read(stream, consumer, max);
    });
  }

  async acknowledge(entries: readonly Entry[]) {
    const idsByKey = new Map<string, string[]>();
    for (const { stream, id } of entries) {
      const { shard, redisId } = parseEntryId(id);
      const { live } = this.keysOf(stream, shard);
      const ids = idsByKey.get(live);
      if (ids) ids.push(redisId);
      else idsByKey.set(live, [redisId]);
    }
    await Promise.all(
      [...idsByKey].map(([live, ids]) =>
        execute(
          this.redis
            .pipeline()
            .xack(live, GROUP, ...ids)
            .xdel(live, ...ids),
        ),
      ),
    );
  }

  async claimStale(stream: string, options: ClaimStaleOptions): Promise<StaleClaim> {
    const claim: StaleClaim = { entries: [], poisoned: [] };
    for (const keys of this.allKeysOf(stream)) {
      const left = options.max - claim.entries.length;
      if (left <= 0) break;
      await this.claimStaleShard({ stream, keys, claim }, { ...options, max: left });
    }
    return claim;
  }

  async deadLetter(entry: Entry, reason: string): Promise<boolean> {
    const { shard, redisId } = parseEntryId(entry.id);
    const { live, dead } = this.keysOf(entry.stream, shard);
    const args = [GROUP, redisId, entry.key, JSON.stringify(entry.body), reason, entry.deliveries];
    const moved = await runScript(this.redis, deadLetterScript, [live, dead], [...args, this.maxDeadLetters]);
    return moved === 1;
  }

  async listDeadLetters(stream: string, { max, after }: { max: number; after?: string }) {
    const letters: DeadLetter[] = [];
    const last = after === undefined ? undefined : parseEntryId(after);
    for (const { shard, dead } of this.allKeysOf(stream)) {
      if (last && shard < last.shard) continue;
      const left = max - letters.length;
      if (left <= 0) break;
      const start = last?.shard === shard ? `(${last.redisId}` : "-";
      const raw = (await this.redis.xrange(dead, start, "+", "COUNT", left)) as RawEntry[];
      letters.push(...raw.map((letter) => readDeadLetter(stream, shard, letter)));
    }
    return letters;
  }

  async replay(stream: string, deadLetterId: string): Promise<boolean> {
    const { shard, redisId } = parseEntryId(deadLetterId);
    const { live, dead } = this.keysOf(stream, shard);
    const replayed = await runScript(this.redis, replayScript, [live, dead], [redisId]);
    this.ring(stream);
    return replayed === 1;
  }

  async inspect(stream: string): Promise<StreamState> {
    return { stream, ...(await inspectShards(this.redis, GROUP, this.allKeysOf(stream))) };
  }

  async dataEpochs(stream: string): Promise<string[]> {
    return Promise.all(
      this.allKeysOf(stream).map(async ({ epoch }) =>
        String(await runScript(this.redis, epochScript, [epoch], [randomUUID()])),
      ),
    );
  }

  async publish(hints: readonly Hint[]) {
    await this.hints.publish(hints.map(({ channel, message }) => ({ channel: `app:${channel}`, message })));
  }

  async subscribe(channel: string, listener: (message: string) => void): Promise<Subscription> {
    return this.hints.subscribe(`app:${channel}`, listener);
  }

  async close() {
    this.arrivals.close();
    this.hints.close();
    await this.redis.quit().catch(() => this.redis.disconnect());
  }

  private async read(stream: string, consumer: string, max: number): Promise<Entry[]> {
    const each = Math.floor(max / this.shards);
    if (each > 0) {
      const parts = this.allKeysOf(stream).map((keys) =>
        this.readShard(stream, keys, { consumer, max: each }),
      );
      return (await Promise.all(parts)).flat();
    }
    // Fewer wanted than there are shards: another one first at each call, so that none starves.
    const first = this.turn++;
    const entries: Entry[] = [];
    for (let offset = 0; offset < this.shards && entries.length < max; offset++) {
      const keys = this.keysOf(stream, (first + offset) % this.shards);
      entries.push(...(await this.readShard(stream, keys, { consumer, max: max - entries.length })));
    }
    return entries;
  }

  private async readShard(
    stream: string,
    keys: ShardKeys,
    { consumer, max }: { consumer: string; max: number },
  ): Promise<Entry[]> {
    const reply = await this.withGroup(keys, () =>
      this.redis.xreadgroup("GROUP", GROUP, consumer, "COUNT", max, "STREAMS", keys.live, ">"),
    );
    return this.readable(
      stream,
      keys,
      rawEntriesOf(reply).map((raw) => ({ raw, deliveries: 1 })),
    );
  }

  private async claimStaleShard(
    { stream, keys, claim }: { stream: string; keys: ShardKeys; claim: StaleClaim },
    { consumer, minIdleMs, max }: ClaimStaleOptions,
  ) {
    const cursor = this.staleCursors.get(keys.live) ?? "0-0";
    const limits = [this.maxDeliveries, this.maxDeadLetters, FORGET_CONSUMER_AFTER_MS];
    const args = [GROUP, consumer, minIdleMs, cursor, max, ...limits];
    const [next, claimed, poisoned] = (await this.withGroup(keys, () =>
      runScript(this.redis, claimStaleScript, [keys.live, keys.dead], args),
    )) as [string, ScriptEntry[], ScriptEntry[]];
    this.staleCursors.set(keys.live, next);
    claim.entries.push(...(await this.readable(stream, keys, claimed.map(fromScript))));
    for (const [id, fields, deliveries] of poisoned) {
      const { body, ...entry } = readEntry(keys.shard, [id, fields]);
      claim.poisoned.push({ ...entry, body: body ?? {}, stream, deliveries });
    }
  }

  /** What cannot be read goes to the dead letter at once: no number of deliveries would make it readable. */
  private async readable(
    stream: string,
    keys: ShardKeys,
    delivered: { raw: RawEntry; deliveries: number }[],
  ): Promise<Entry[]> {
    const entries: Entry[] = [];
    for (const { raw, deliveries } of delivered) {
      const { id, key, body } = readEntry(keys.shard, raw);
      if (body) entries.push({ id, stream, key, body, deliveries });
      else await this.deadLetter({ id, stream, key, body: {}, deliveries }, "unreadable body");
    }
    return entries;
  }

  /** Makes the group before its first use, and again when the server has lost it. */
  private async withGroup(keys: ShardKeys, command: () => Promise<unknown>): Promise<unknown> {
    await this.ensureGroup(keys.live);
    try {
      return await command();
    } catch (error) {
      if (!isMissingGroup(error)) throw error;
      this.groups.delete(keys.live);
      await this.ensureGroup(keys.live);
      return await command();
    }
  }

  private ensureGroup(live: string): Promise<unknown> {
    let made = this.groups.get(live);
    if (!made) {
      made = this.redis.xgroup("CREATE", live, GROUP, "0", "MKSTREAM").catch((error: Error) => {
        if (error.message.startsWith("BUSYGROUP")) return;
        this.groups.delete(live);
        throw error;
      });
      this.groups.set(live, made);
    }
    return made;
  }

  private async promote(stream: string) {
    await Promise.all(
      this.allKeysOf(stream).map(async ({ delayed, live }) => {
        const dueInMs = Number(
          await runScript(this.redis, promoteScript, [delayed, live], [PROMOTE_AT_ONCE]),
        );
        if (dueInMs >= 0) this.arrivals.noteNextDue(stream, dueInMs);
      }),
    );
  }

  /** After the entries, never before: on another node of a cluster it could overtake them. */
  private ring(stream: string, delayUntil?: Date) {
    const dueInMs = delayUntil ? Math.max(1, delayUntil.getTime() - Date.now()) : 0;
    this.hints.publish([{ channel: `bell:${stream}`, message: String(dueInMs) }]).catch(() => undefined);
  }

  private async listenFor(stream: string) {
    let bell = this.bells.get(stream);
    if (!bell) {
      bell = this.hints.subscribe(`bell:${stream}`, (dueInMs) => this.arrivals.ring(stream, Number(dueInMs)));
      bell.catch(() => this.bells.delete(stream));
      this.bells.set(stream, bell);
    }
    await bell;
  }

  /** Members sort by their order of appending when they fall due together. */
  private delayedMember(key: string, body: string): string {
    const count = String(this.delayedCount++).padStart(12, "0");
    return JSON.stringify([`${Date.now()}-${count}-${this.instance}`, key, body]);
  }

  private keysOf(stream: string, shard: number): ShardKeys {
    return findShard(this.allKeysOf(stream), shard);
  }

  private allKeysOf(stream: string): ShardKeys[] {
    let keys = this.keysByStream.get(stream);
    if (!keys) {
      keys = shardKeys(this.prefix, stream, this.shards);
      this.keysByStream.set(stream, keys);
    }
    return keys;
  }
}

type ScriptEntry = [id: string, fields: string[], deliveries: number];

function fromScript([id, fields, deliveries]: ScriptEntry) {
  return { raw: [id, fields] satisfies RawEntry, deliveries };
}

async function execute(pipeline: ChainableCommander): Promise<void> {
  for (const [error] of (await pipeline.exec()) ?? []) {
    if (error) throw error;
  }
}
