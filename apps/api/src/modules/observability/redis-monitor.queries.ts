import { Inject, Injectable, type OnApplicationShutdown } from "@nestjs/common";
import type { RedisHealth } from "@pulsekeep/contracts/api/admin";
import { connectRedis } from "@pulsekeep/streams";
import { ENV, type Env } from "../../env.js";
import { LOGGER, type Logger } from "../../platform/logger.js";
import { within } from "../../platform/within.js";
import { readRedisInfo } from "./redis-info.js";

type Connection = ReturnType<typeof connectRedis>;
type Server = Extract<Connection, { info(): unknown; status: string }>;

/** Asks Redis how it does, over a connection of its own that is opened by the first question. */
@Injectable()
export class RedisMonitor implements OnApplicationShutdown {
  private readonly redis: Connection | undefined;

  constructor(
    @Inject(ENV) env: Env,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.redis = env.REDIS_URL === undefined ? undefined : connectRedis(env.REDIS_URL);
    this.redis?.on("error", (error: Error) =>
      logger.warn({ err: error }, "Redis does not answer its monitor"),
    );
  }

  /** One per server; null where there is no Redis, or while it does not answer. */
  async findHealth(): Promise<RedisHealth[] | null> {
    if (!this.redis) return null;
    try {
      return await within(askAll(this.redis));
    } catch (error) {
      this.logger.warn({ err: error }, "Redis does not answer its monitor");
      return null;
    }
  }

  async onApplicationShutdown(): Promise<void> {
    this.redis?.disconnect();
  }
}

async function askAll(redis: Connection): Promise<RedisHealth[]> {
  if (!("nodes" in redis)) return [await ask(redis)];
  // A cluster knows its servers once it is connected.
  await redis.ping();
  return Promise.all(redis.nodes("master").map(ask));
}

async function ask(server: Server): Promise<RedisHealth> {
  const [info, takesSnapshots] = await Promise.all([server.info(), findSnapshotRule(server)]);
  return readRedisInfo(info, takesSnapshots);
}

/** Hosted servers keep their configuration to themselves: then nothing is claimed. */
async function findSnapshotRule(server: Server): Promise<boolean> {
  try {
    const [, rule] = (await server.config("GET", "save")) as string[];
    return rule !== undefined && rule !== "";
  } catch {
    return false;
  }
}
