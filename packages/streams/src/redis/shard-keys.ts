/** The keys of one shard. They share a hash tag, so a cluster keeps them on one node. */
export interface ShardKeys {
  shard: number;
  live: string;
  delayed: string;
  dead: string;
  epoch: string;
}

export function shardKeys(prefix: string, stream: string, shards: number): ShardKeys[] {
  return Array.from({ length: shards }, (_, shard) => {
    const live = `${prefix}:{${stream}:${shard}}`;
    return { shard, live, delayed: `${live}:delayed`, dead: `${live}:dead`, epoch: `${live}:epoch` };
  });
}

export function findShard(keys: readonly ShardKeys[], shard: number): ShardKeys {
  const found = keys[shard];
  if (!found) throw new RangeError(`shard ${shard} is not one of ${keys.length}`);
  return found;
}
