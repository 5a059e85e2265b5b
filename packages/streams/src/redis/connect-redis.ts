import { Cluster, Redis, type RedisOptions } from "ioredis";

const options: RedisOptions = {
  // A transport that is down must say so within seconds: the ledger emits again later.
  maxRetriesPerRequest: 3,
  commandTimeout: 10_000,
  connectTimeout: 5_000,
  keepAlive: 10_000,
  retryStrategy: (attempt) => Math.min(50 * 2 ** Math.min(attempt, 5), 1_000),
  // A replica after a failover: connect anew, to whoever is the primary now, and send the command again.
  reconnectOnError: (error) => (error.message.startsWith("READONLY") ? 2 : false),
};

/** One URL for a single server; several, separated by commas, are nodes of a cluster. Connects lazily. */
export function connectRedis(url: string): Redis | Cluster {
  const nodes = url.split(",").map((node) => node.trim());
  if (nodes.length === 1) return new Redis(url, { ...options, lazyConnect: true });
  const { username, password, protocol } = new URL(nodes[0] ?? url);
  return new Cluster(nodes, {
    lazyConnect: true,
    redisOptions: {
      ...options,
      username: decodeURIComponent(username) || undefined,
      password: decodeURIComponent(password) || undefined,
      tls: protocol === "rediss:" ? {} : undefined,
    },
  });
}
