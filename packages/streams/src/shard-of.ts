/**
 * The shard of a key, 0 to `shards` - 1: FNV-1a over UTF-16 code units, then the remainder.
 * Changing it, or the number of shards, breaks the order per key until the streams have run empty.
 */
export function shardOf(key: string, shards: number): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < key.length; index++) {
    hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  }
  // The low bits of FNV-1a mix badly for short keys; the high half does not.
  return ((hash >>> 16) ^ (hash & 0xffff)) % shards;
}
