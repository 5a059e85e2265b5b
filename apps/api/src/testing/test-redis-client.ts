import { Redis } from "ioredis";

/** A connection of the test's own to the Redis of the server under test. */
export async function createRedisForTest(url: string): Promise<Redis> {
  const redis = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 1 });
  await redis.connect();
  return redis;
}
