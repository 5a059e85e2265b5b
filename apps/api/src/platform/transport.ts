import { Inject, Injectable, type OnApplicationShutdown, type Provider } from "@nestjs/common";
import { connectRedis, PostgresTransport, RedisTransport, type Transport } from "@pulsekeep/streams";
import { ENV, type Env } from "../env.js";
import { LOGGER, type Logger } from "./logger.js";

/** Injection token of the transport: Redis Streams when REDIS_URL is set, PostgreSQL otherwise. */
export const TRANSPORT = Symbol("transport");
export type { Transport };

export const transportProvider: Provider = {
  provide: TRANSPORT,
  inject: [ENV, LOGGER],
  useFactory: (env: Env, logger: Logger): Transport => {
    const onError = (error: Error) =>
      logger.warn({ err: error }, "transport connection failed; trying again");
    const { REDIS_URL, DATABASE_URL } = env;
    if (REDIS_URL === undefined)
      return new PostgresTransport({
        connection: { connectionString: DATABASE_URL, options: "-c role=pulsekeep_engine" },
        onError,
      });
    return new RedisTransport({ connect: () => connectRedis(REDIS_URL), onError });
  },
};

/** Ends the transport's connections when nothing uses them any more. */
@Injectable()
export class TransportEnd implements OnApplicationShutdown {
  constructor(@Inject(TRANSPORT) private readonly transport: Transport) {}

  async onApplicationShutdown(): Promise<void> {
    await this.transport.close();
  }
}
