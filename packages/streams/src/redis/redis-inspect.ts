import type { Cluster, Redis } from "ioredis";
import type { StreamState } from "../transport.js";
import { isMissingGroup, type RawEntry } from "./replies.js";
import { GROUP } from "./shard-groups.js";
import type { ShardKeys } from "./shard-keys.js";

type ShardState = Omit<StreamState, "stream">;

/** The sum over the shards, read shard by shard: a picture, not a snapshot. */
export async function inspectShards(redis: Redis | Cluster, keys: readonly ShardKeys[]): Promise<ShardState> {
  const states = await Promise.all(keys.map((shard) => inspectShard(redis, shard)));
  const pendingByName = new Map<string, number>();
  for (const { name, pending } of states.flatMap((state) => state.consumers)) {
    pendingByName.set(name, (pendingByName.get(name) ?? 0) + pending);
  }
  const ages = states.flatMap((state) => (state.oldestAgeMs === null ? [] : [state.oldestAgeMs]));
  return {
    length: total(states.map((state) => state.length)),
    pending: total(states.map((state) => state.pending)),
    delayed: total(states.map((state) => state.delayed)),
    deadLetters: total(states.map((state) => state.deadLetters)),
    oldestAgeMs: ages.length === 0 ? null : Math.max(...ages),
    consumers: [...pendingByName].map(([name, pending]) => ({ name, pending })),
  };
}

async function inspectShard(redis: Redis | Cluster, keys: ShardKeys): Promise<ShardState> {
  const [length, pending, delayed, deadLetters, oldest] = await Promise.all([
    redis.xlen(keys.live),
    pendingOf(redis, keys),
    redis.zcard(keys.delayed),
    redis.xlen(keys.dead),
    redis.xrange(keys.live, "-", "+", "COUNT", 1) as Promise<RawEntry[]>,
  ]);
  const oldestId = oldest[0]?.[0];
  return {
    length,
    ...pending,
    delayed,
    deadLetters,
    oldestAgeMs: oldestId === undefined ? null : Math.max(0, Date.now() - Number.parseInt(oldestId, 10)),
  };
}

async function pendingOf(
  redis: Redis | Cluster,
  keys: ShardKeys,
): Promise<Pick<ShardState, "pending" | "consumers">> {
  try {
    const [pending, , , consumers] = (await redis.xpending(keys.live, GROUP)) as [
      number,
      unknown,
      unknown,
      [string, string][] | null,
    ];
    return {
      pending,
      consumers: (consumers ?? []).map(([name, count]) => ({ name, pending: Number(count) })),
    };
  } catch (error) {
    if (isMissingGroup(error)) return { pending: 0, consumers: [] };
    throw error;
  }
}

function total(counts: number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
