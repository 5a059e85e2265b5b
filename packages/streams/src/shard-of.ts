/**
 * The shard of a key, 0 to `shards` - 1: FNV-1a over UTF-16 code units, mixed by the last steps of
 * MurmurHash3 because the low bits of FNV-1a alone are poor, then the remainder.
 * Changing it, or the number of shards, breaks the order per key until the streams have run empty.
 */
export function shardOf(key: string, shards: number): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < key.length; index++) {
    hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) % shards;
}
