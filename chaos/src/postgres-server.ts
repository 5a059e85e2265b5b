import path from "node:path";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "@pulsekeep/database/embedded";
import pg from "pg";

// What a process loses when it is killed stays in the operating system's cache, so nothing needs to reach the
// disk for that; a commit must still have been written before it is answered.
const settings = {
  fsync: "off",
  full_page_writes: "off",
  synchronous_commit: "on",
  max_connections: "300",
  shared_buffers: "128MB",
};

/** A PostgreSQL of this run: stopped without order and started again, each time on another port. */
export class PostgresServer {
  private readonly dataDir: string;
  private server: EmbeddedPostgres;
  private pool: pg.Pool;
  /** Called with the new port after each start. */
  onMoved: (port: number) => void = () => undefined;

  static async start(folder: string): Promise<PostgresServer> {
    const dataDir = path.join(folder, "postgres");
    return new PostgresServer(dataDir, await startEmbeddedPostgres({ dataDir, settings }));
  }

  private constructor(dataDir: string, server: EmbeddedPostgres) {
    this.dataDir = dataDir;
    this.server = server;
    this.pool = this.openPool();
  }

  get port(): number {
    return this.server.port;
  }

  /** The owner's URL through a proxy. */
  ownerUrlAt(port: number): string {
    return withPort(this.server.url, port);
  }

  /** Asks as superuser, without a proxy: for the driver and the checker. */
  async query<T extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []): Promise<T[]> {
    return (await this.pool.query<T>(text, [...values])).rows;
  }

  /** Stops it as `pg_ctl stop -m immediate` does: no checkpoint, every connection gone. */
  async stopAtOnce(): Promise<void> {
    process.kill(this.server.pid, "SIGQUIT");
    await this.server.exited;
  }

  async startAgain(): Promise<void> {
    const old = this.pool;
    this.server = await startEmbeddedPostgres({ dataDir: this.dataDir, settings });
    this.pool = this.openPool();
    this.onMoved(this.server.port);
    await old.end().catch(() => undefined);
  }

  /** Ends every connection to the product's database but this one. */
  async terminateAll(): Promise<void> {
    await this.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = 'pulsekeep' and pid <> pg_backend_pid() and usename <> 'postgres'`,
    );
  }

  async close(): Promise<void> {
    await this.pool.end().catch(() => undefined);
    await this.server.stop();
  }

  private openPool(): pg.Pool {
    const url = new URL(this.server.superuserUrl);
    url.pathname = "/pulsekeep";
    const pool = new pg.Pool({ connectionString: url.href, max: 4 });
    pool.on("error", () => undefined);
    return pool;
  }
}

function withPort(url: string, port: number): string {
  const changed = new URL(url);
  changed.port = String(port);
  return changed.href;
}
