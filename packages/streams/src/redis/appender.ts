import { type ChainableCommander, Cluster, type Redis } from "ioredis";
import { encodeBody } from "../entry-body.js";
import { shardOf } from "../shard-of.js";
import type { NewEntry } from "../transport.js";
import { appendScript } from "./scripts.js";
import { findShard, type ShardKeys } from "./shard-keys.js";

/** Entries of one script call: each call keeps everybody else waiting. */
const AT_ONCE = 1_000;

/** What waits for the end of this turn of the event loop to be sent to one shard. */
interface Load extends PromiseWithResolvers<void> {
  live: string;
  /** Keys and bodies in turns. */
  fields: string[];
}

interface AppenderOptions {
  redis: Redis | Cluster;
  /** Tells this process's consumers: what they ask for now is asked after the entries were sent. */
  ringHere: (stream: string) => void;
  /** Tells everybody's consumers. */
  ringAll: (stream: string) => void;
  /** The hint that tells other processes' consumers. */
  bellOf: (stream: string) => [channel: string, message: string];
}

/**
 * Sends entries to their shards. What is appended in the same turn of the event loop travels together: a
 * command per shard instead of one per entry, which is most of what an entry costs this process.
 */
export class Appender {
  private readonly loads = new Map<string, Load>();
  private readonly streams = new Set<string>();

  constructor(private readonly options: AppenderOptions) {}

  /** Resolves when the shards have taken the entries. */
  async append(stream: string, keys: readonly ShardKeys[], entries: readonly NewEntry[]): Promise<void> {
    const bodies = entries.map(({ body }) => encodeBody(body));
    const used = new Set<Load>();
    for (const [index, { key }] of entries.entries()) {
      const load = this.loadOf(findShard(keys, shardOf(key, keys.length)));
      load.fields.push(key, bodies[index] ?? "");
      used.add(load);
    }
    this.streams.add(stream);
    await Promise.all([...used].map(({ promise }) => promise));
  }

  private loadOf({ live }: ShardKeys): Load {
    let load = this.loads.get(live);
    if (!load) {
      // After the promises that are settled now, and before anything else is read or written.
      if (this.loads.size === 0) process.nextTick(() => this.send());
      load = { live, fields: [], ...Promise.withResolvers<void>() };
      this.loads.set(live, load);
    }
    return load;
  }

  private send(): void {
    const { redis, ringHere } = this.options;
    const loads = [...this.loads.values()];
    const streams = [...this.streams];
    this.loads.clear();
    this.streams.clear();
    if (redis instanceof Cluster) this.sendToCluster(redis, loads, streams);
    else this.sendToServer(redis, loads, streams);
    for (const stream of streams) ringHere(stream);
  }

  /** One write to the socket; the bells go last in it, so they cannot overtake. */
  private sendToServer(redis: Redis, loads: Load[], streams: string[]): void {
    const pipeline = redis.pipeline();
    const counts = loads.map((load) => addCommands(pipeline, load));
    for (const stream of streams) pipeline.publish(...this.options.bellOf(stream));
    void settle(pipeline, loads, counts);
  }

  /** A pipeline per shard; the bells wait for all, because on another node they could overtake. */
  private sendToCluster(redis: Cluster, loads: Load[], streams: string[]): void {
    const sent = loads.map((load) => {
      const pipeline = redis.pipeline();
      return settle(pipeline, [load], [addCommands(pipeline, load)]);
    });
    void Promise.all(sent).then(() => {
      for (const stream of streams) this.options.ringAll(stream);
    });
  }
}

/** Adds the commands for one shard, and says how many. */
function addCommands(pipeline: ChainableCommander, { live, fields }: Load): number {
  const [key, body] = fields;
  if (fields.length === 2 && key !== undefined && body !== undefined) {
    pipeline.xadd(live, "*", "k", key, "b", body);
    return 1;
  }
  let count = 0;
  // By its text and not by its hash: a server that does not know the hash would take later entries first.
  for (let from = 0; from < fields.length; from += 2 * AT_ONCE, count++)
    pipeline.eval(appendScript.text, 1, live, ...fields.slice(from, from + 2 * AT_ONCE));
  return count;
}

/** Runs the pipeline and tells each load how its own commands went. Never rejects. */
async function settle(pipeline: ChainableCommander, loads: Load[], counts: number[]): Promise<void> {
  try {
    const results = (await pipeline.exec()) ?? [];
    for (const [index, load] of loads.entries()) {
      const own = results.splice(0, counts[index]);
      const failure = own.find(([error]) => error !== null)?.[0];
      if (failure) load.reject(failure);
      else load.resolve();
    }
  } catch (error) {
    for (const load of loads) load.reject(error);
  }
}
