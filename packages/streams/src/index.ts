export { MAX_BODY_LENGTH } from "./entry-body.js";
export { PostgresTransport, type PostgresTransportOptions } from "./postgres/postgres-transport.js";
export { streamsMigrationSql } from "./postgres/schema.js";
export { connectRedis } from "./redis/connect-redis.js";
export { RedisTransport, type RedisTransportOptions } from "./redis/redis-transport.js";
export { shardOf } from "./shard-of.js";
export type {
  AppendOptions,
  ClaimStaleOptions,
  ConsumeOptions,
  DataEpoch,
  DeadLetter,
  Entry,
  EntryBody,
  Hint,
  NewEntry,
  StaleClaim,
  StreamState,
  Subscription,
  Transport,
  TransportLimits,
} from "./transport.js";
