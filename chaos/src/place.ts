import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { type EngineTimes, serverEnvironment } from "./server-environment.ts";
import type { Mutation } from "./mutants.ts";
import type { Keyring, Seat } from "./population.ts";
import { PostgresServer } from "./postgres-server.ts";
import { RedisServer } from "./redis-server.ts";
import { ServerProcess } from "./server-process.ts";
import { TcpProxy } from "./tcp-proxy.ts";

/** Roles of the processes, in the order in which they are made; the first two do together what all do. */
const ROLE_SETS: readonly (readonly string[])[] = [
  ["http"],
  ["scheduler", "dispatcher", "collector", "analyst", "notifier"],
  ["http"],
  ["scheduler", "dispatcher"],
  ["http", "scheduler", "dispatcher"],
  ["collector", "analyst", "notifier"],
  ["scheduler"],
  ["dispatcher"],
];
const EVERYTHING = ["http", "scheduler", "dispatcher", "collector", "analyst", "notifier"];

export const MAX_PROCESSES = ROLE_SETS.length;

export type PlaceOptions = {
  /** 1 to `MAX_PROCESSES`. */
  processes: number;
  times: EngineTimes;
  mutations: readonly Mutation[];
  /** Roles of each process; default a mixture in which every role is there twice where there are enough. */
  roleSets?: readonly (readonly string[])[];
  signal: AbortSignal;
};

/** What a run takes place in: servers, proxies, processes, and a folder for their data. */
export class Place {
  readonly folder: string;
  readonly publicUrl = "http://chaos.localhost:3000";
  readonly keyring: Keyring = { id: "k1", key: randomBytes(32) };
  readonly signal: AbortSignal;
  /** Ids of the workers that are asleep. */
  readonly away = new Set<string>();
  readonly postgres: PostgresServer;
  readonly redis: RedisServer;
  processes: readonly ServerProcess[] = [];
  seats: readonly Seat[] = [];
  /** Stands for the web process, which health asks for. */
  private readonly web: Server = createServer((_, response) => response.end("web"));
  private readonly postgresProxies: TcpProxy[] = [];
  private readonly redisProxies: TcpProxy[] = [];

  /** Starts it all; whatever was started is ended when something does not start. */
  static async open(options: PlaceOptions): Promise<Place> {
    const folder = mkdtempSync(path.join(tmpdir(), "pulsekeep-chaos-"));
    // PostgreSQL runs under another account where we are root: it must be able to reach its data.
    chmodSync(folder, 0o711);
    let postgres: PostgresServer | undefined;
    let redis: RedisServer | undefined;
    let place: Place | undefined;
    try {
      postgres = await PostgresServer.start(folder);
      redis = await RedisServer.start(path.join(folder, "redis"));
      place = new Place({ folder, postgres, redis, signal: options.signal });
      await place.startProcesses(options);
      return place;
    } catch (error) {
      if (place) await place.close();
      else {
        await redis?.close();
        await postgres?.close();
      }
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  private constructor(parts: Pick<Place, "folder" | "postgres" | "redis" | "signal">) {
    this.folder = parts.folder;
    this.postgres = parts.postgres;
    this.redis = parts.redis;
    this.signal = parts.signal;
    this.postgres.onMoved = (port) => {
      for (const proxy of this.postgresProxies) proxy.retarget(port);
    };
  }

  processAt(index: number): ServerProcess {
    const found = this.processes[index];
    if (!found) throw new RangeError(`there is no process ${index}`);
    return found;
  }

  seatAt(index: number): Seat {
    const found = this.seats[index];
    if (!found) throw new RangeError(`there is no worker ${index}`);
    return found;
  }

  /** Where workers and people send their requests. */
  get servers(): string[] {
    return this.processes.filter(({ answersHttp }) => answersHttp).map(({ url }) => url);
  }

  /** Ends every process and server; the folder stays. */
  async close(): Promise<void> {
    for (const process of this.processes) {
      process.goOn();
      await process.kill();
    }
    for (const proxy of [...this.postgresProxies, ...this.redisProxies]) await proxy.close();
    this.web.close();
    this.web.closeAllConnections();
    await this.redis.close();
    await this.postgres.close();
  }

  private async startWeb(): Promise<string> {
    this.web.listen(0, "127.0.0.1");
    await once(this.web, "listening");
    const address = this.web.address();
    if (address === null || typeof address === "string") throw new Error("a listening server has a port");
    return `http://127.0.0.1:${address.port}`;
  }

  private async startProcesses({ processes, times, mutations, roleSets }: PlaceOptions): Promise<void> {
    const made: ServerProcess[] = [];
    const { publicUrl, keyring } = this;
    const environment = serverEnvironment({ times, publicUrl, keyring, webUrl: await this.startWeb() });
    for (let index = 0; index < processes; index += 1) {
      const postgres = await TcpProxy.start(this.postgres.port);
      const redis = await TcpProxy.start(this.redis.port);
      this.postgresProxies.push(postgres);
      this.redisProxies.push(redis);
      made.push(
        await ServerProcess.create({
          name: `process-${index}`,
          roles: (roleSets ?? (processes === 1 ? [EVERYTHING] : ROLE_SETS))[index] ?? EVERYTHING,
          folder: this.folder,
          mutations,
          postgres,
          redis,
          env: {
            ...environment,
            DATABASE_URL: this.postgres.ownerUrlAt(postgres.port),
            REDIS_URL: this.redis.urlAt(redis.port),
          },
        }),
      );
    }
    this.processes = made;
    for (const process of made) process.spawn();
    await Promise.all(made.map((process) => process.awaitReady(this.signal)));
  }
}
