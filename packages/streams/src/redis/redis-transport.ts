import { randomUUID } from "node:crypto";
import type { ChainableCommander, Cluster, Redis } from "ioredis";
import { Arrivals, bellChannel } from "../arrivals.js";
import { encodeBody } from "../entry-body.js";
import { shardOf } from "../shard-of.js";
import {
  type AppendOptions,
  type ClaimStaleOptions,
  type ConsumeOptions,
  type DataEpoch,
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
import { Appender } from "./appender.js";
import { BellRinger } from "./bell-ringer.js";
import { DeadLetters } from "./dead-letters.js";
import { RedisHints } from "./redis-hints.js";
import { inspectShards } from "./redis-inspect.js";
import { parseEntryId } from "./replies.js";
import { epochScript, promoteScript, runScript } from "./scripts.js";
import { GROUP } from "./shard-groups.js";
import { findShard, type ShardKeys, shardKeys } from "./shard-keys.js";
import { ShardReader } from "./shard-reader.js";

const PROMOTE_AT_ONCE = 500;

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
  private readonly appender: Appender;
  private readonly bells: BellRinger;
  private readonly arrivals: Arrivals;
  private readonly reader: ShardReader;
  private readonly deadLetters: DeadLetters;
  private readonly prefix: string;
  private readonly keysByStream = new Map<string, ShardKeys[]>();
  private readonly instance = randomUUID();
  private delayedCount = 0;

  constructor(options: RedisTransportOptions) {
    this.shards = options.shards ?? 4;
    this.prefix = options.prefix ?? "pk";
    const connect = () => options.connect().on("error", (error: Error) => options.onError?.(error));
    this.redis = connect();
    this.hints = new RedisHints(this.redis, connect, this.prefix);
    this.arrivals = new Arrivals((channel, listener) => this.hints.subscribe(channel, listener));
    this.bells = new BellRinger(this.hints, this.arrivals);
    this.appender = new Appender({
      redis: this.redis,
      ringHere: (stream) => this.arrivals.ring(stream),
      ringAll: (stream) => this.ringAll(stream),
      bellOf: (stream) => [this.hints.nameOf(bellChannel(stream)), this.arrivals.bell(0)],
    });
    this.deadLetters = new DeadLetters(this.redis, options.maxDeadLetters ?? 10_000);
    this.reader = new ShardReader({
      redis: this.redis,
      deadLetters: this.deadLetters,
      maxDeliveries: options.maxDeliveries ?? DEFAULT_MAX_DELIVERIES,
    });
  }

  async append(stream: string, entries: readonly NewEntry[], { delayUntil }: AppendOptions = {}) {
    if (entries.length === 0) return;
    if (delayUntil) await this.delay(stream, entries, delayUntil);
    else await this.appender.append(stream, this.keysOf(stream), entries);
  }

  async consume(stream: string, { consumer, max, blockMs = 0, signal }: ConsumeOptions): Promise<Entry[]> {
    return this.arrivals.waitFor(stream, { blockMs, signal }, async () => {
      if (this.arrivals.takePromotion(stream)) await this.promote(stream);
      return this.reader.read(stream, this.keysOf(stream), { consumer, max });
    });
  }

  async acknowledge(entries: readonly Entry[]) {
    const idsByKey = new Map<string, string[]>();
    for (const { stream, id } of entries) {
      const { shard, redisId } = parseEntryId(id);
      const { live } = findShard(this.keysOf(stream), shard);
      const ids = idsByKey.get(live);
      if (ids) ids.push(redisId);
      else idsByKey.set(live, [redisId]);
    }
    const pipelines = [...idsByKey].map(([live, ids]) => {
      const pipeline = this.redis.pipeline();
      // In this order: what is deleted and still pending goes with the next look for stale entries, and what is
      // neither pending nor deleted would stay for ever.
      return pipeline.xdel(live, ...ids).xack(live, GROUP, ...ids);
    });
    await Promise.all(pipelines.map(execute));
  }

  async claimStale(stream: string, options: ClaimStaleOptions): Promise<StaleClaim> {
    return this.reader.claimStale(stream, this.keysOf(stream), options);
  }

  async deadLetter(entry: Entry, reason: string): Promise<boolean> {
    const keys = findShard(this.keysOf(entry.stream), parseEntryId(entry.id).shard);
    return this.deadLetters.bury(keys, entry, reason);
  }

  async listDeadLetters(stream: string, page: { max: number; after?: string }): Promise<DeadLetter[]> {
    return this.deadLetters.list(stream, this.keysOf(stream), page);
  }

  async replay(stream: string, deadLetterId: string): Promise<boolean> {
    const keys = findShard(this.keysOf(stream), parseEntryId(deadLetterId).shard);
    const replayed = await this.deadLetters.replay(keys, deadLetterId);
    if (replayed) this.ringAll(stream);
    return replayed;
  }

  async trim(stream: string, { maxDeadLetters }: { maxDeadLetters: number }): Promise<number> {
    return this.deadLetters.trim(this.keysOf(stream), Math.ceil(maxDeadLetters / this.shards));
  }

  async inspect(stream: string): Promise<StreamState> {
    return { stream, ...(await inspectShards(this.redis, this.keysOf(stream))) };
  }

  async dataEpochs(stream: string, beats: readonly (number | undefined)[] = []): Promise<DataEpoch[]> {
    const epochs = this.keysOf(stream).map(async (keys) => {
      const args = [randomUUID(), beats[keys.shard] ?? 0];
      const [epoch, beat] = (await runScript(this.redis, epochScript, [keys.epoch], args)) as [
        string,
        number,
      ];
      return { epoch, beat };
    });
    return Promise.all(epochs);
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
    // A server that is away would be waited for.
    if (this.redis.status === "ready") await this.redis.quit().catch(() => this.redis.disconnect());
    else this.redis.disconnect();
    this.arrivals.giveUp();
  }

  private async delay(stream: string, entries: readonly NewEntry[], until: Date) {
    const pipelines = new Map<ShardKeys, ChainableCommander>();
    for (const { key, body } of entries) {
      const keys = findShard(this.keysOf(stream), shardOf(key, this.shards));
      const pipeline = pipelines.get(keys) ?? this.redis.pipeline();
      pipelines.set(keys, pipeline);
      pipeline.zadd(keys.delayed, until.getTime(), this.delayedMember(key, encodeBody(body)));
    }
    await Promise.all([...pipelines.values()].map(execute));
    const dueInMs = Math.max(1, until.getTime() - Date.now());
    this.arrivals.ring(stream, dueInMs);
    this.bells.ringDelayed(stream, dueInMs);
  }

  private ringAll(stream: string) {
    this.arrivals.ring(stream);
    this.bells.ring(stream);
  }

  private async promote(stream: string) {
    const promotions = this.keysOf(stream).map(async ({ delayed, live }) => {
      const dueInMs = await runScript(this.redis, promoteScript, [delayed, live], [PROMOTE_AT_ONCE]);
      if (Number(dueInMs) >= 0) this.arrivals.noteNextDue(stream, Number(dueInMs));
    });
    await Promise.all(promotions);
  }

  /** Members sort by their order of appending when they fall due together. */
  private delayedMember(key: string, body: string): string {
    const count = String(this.delayedCount++).padStart(12, "0");
    return JSON.stringify([`${Date.now()}-${count}-${this.instance}`, key, body]);
  }

  private keysOf(stream: string): ShardKeys[] {
    let keys = this.keysByStream.get(stream);
    if (!keys) {
      keys = shardKeys(this.prefix, stream, this.shards);
      this.keysByStream.set(stream, keys);
    }
    return keys;
  }
}

/** @throws the first command's error; the others may have been done. */
async function execute(pipeline: ChainableCommander): Promise<void> {
  for (const [error] of (await pipeline.exec()) ?? []) {
    if (error) throw error;
  }
}
