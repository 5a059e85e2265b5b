import type { Cluster, Redis } from "ioredis";
import type { DeadLetter, Entry } from "../transport.js";
import { parseEntryId, type RawEntry, readDeadLetter } from "./replies.js";
import { deadLetterScript, replayScript, runScript } from "./scripts.js";
import { GROUP } from "./shard-groups.js";
import type { ShardKeys } from "./shard-keys.js";

/** A capped stream per shard, beside the live one. */
export class DeadLetters {
  constructor(
    private readonly redis: Redis | Cluster,
    /** Kept per shard, about; the oldest go first. */
    readonly cap: number,
  ) {}

  async bury({ live, dead }: ShardKeys, entry: Entry, reason: string): Promise<boolean> {
    const { redisId } = parseEntryId(entry.id);
    const args = [GROUP, redisId, entry.key, JSON.stringify(entry.body), reason, entry.deliveries, this.cap];
    return (await runScript(this.redis, deadLetterScript, [live, dead], args)) === 1;
  }

  /** Shard after shard, oldest first. */
  async list(
    stream: string,
    keys: readonly ShardKeys[],
    { max, after }: { max: number; after?: string },
  ): Promise<DeadLetter[]> {
    const letters: DeadLetter[] = [];
    const last = after === undefined ? undefined : parseEntryId(after);
    for (const { shard, dead } of keys) {
      if (last && shard < last.shard) continue;
      const left = max - letters.length;
      if (left <= 0) break;
      const start = last?.shard === shard ? `(${last.redisId}` : "-";
      const raw = (await this.redis.xrange(dead, start, "+", "COUNT", left)) as RawEntry[];
      letters.push(...raw.map((letter) => readDeadLetter(stream, shard, letter)));
    }
    return letters;
  }

  /** Keeps the newest `maxPerShard` of each shard. */
  async trim(keys: readonly ShardKeys[], maxPerShard: number): Promise<number> {
    const counts = await Promise.all(keys.map(({ dead }) => this.redis.xtrim(dead, "MAXLEN", maxPerShard)));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  async replay({ live, dead }: ShardKeys, deadLetterId: string): Promise<boolean> {
    const { redisId } = parseEntryId(deadLetterId);
    return (await runScript(this.redis, replayScript, [live, dead], [redisId])) === 1;
  }
}
