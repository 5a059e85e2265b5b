import { readdir, readFile } from "node:fs/promises";
import { PGlite } from "@electric-sql/pglite";
import { type Connection, type DatabaseRole, schema } from "@pulsekeep/database";
import { drizzle } from "drizzle-orm/node-postgres";
import pg from "pg";
import { PreparedWire, type Query } from "./prepared-wire.js";
import { SimulatedFault } from "./simulated-fault.js";

const MIGRATIONS = new URL("../../../../packages/database/migrations/", import.meta.url);
const OWNER = "postgres";

/** Empties what a seed has filled. The audit refuses that by trigger, so triggers are off meanwhile. */
const EMPTY = `do $$
  declare
    name text;
    filled text[] := '{}';
    is_filled boolean;
  begin
    foreach name in array string_to_array('TABLES', ',') loop
      execute format('select exists (select from %I)', name) into is_filled;
      if is_filled then filled := filled || quote_ident(name); end if;
    end loop;
    set local session_replication_role = replica;
    if filled <> '{}' then
      execute 'truncate ' || array_to_string(filled, ',') || ' restart identity cascade';
    end if;
  end $$`;

/** Changes a statement on its way to the server. */
export type Sabotage = (text: string) => string;

/**
 * PostgreSQL inside this process behind the interface of `pg`: the engine's own SQL runs as its own roles, one
 * transaction at a time.
 */
export class SimulatedDatabase {
  /** What becomes of the next commit: lost before it takes place, or only its answer. */
  commitFault: "before" | "after" | undefined;
  sabotage: Sabotage | undefined;
  private role = OWNER;
  private turn: Promise<void> = Promise.resolve();
  private empty: string | undefined;
  private readonly wire: PreparedWire;

  private constructor(private readonly server: PGlite) {
    this.wire = new PreparedWire(server);
  }

  /** A database with this version's schema. */
  static async open(): Promise<SimulatedDatabase> {
    const server = await PGlite.create();
    const files = (await readdir(MIGRATIONS)).filter((name) => name.endsWith(".sql")).sort();
    for (const file of files)
      for (const statement of (await readFile(new URL(file, MIGRATIONS), "utf8")).split(
        "--> statement-breakpoint",
      ))
        await server.exec(statement);
    return new SimulatedDatabase(server);
  }

  /** Stands in for `connect` of `@pulsekeep/database`. */
  readonly connect = (_url: string, role: DatabaseRole): Connection => {
    const pool = new SimulatedPool(() => this.client(role));
    return { pool, database: drizzle(pool, { schema }) };
  };

  /** Reads and writes as the owner, past row-level security. */
  async inspect<Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> {
    const client = await this.client(OWNER);
    try {
      return this.wire.run({ text, values }).rows as Row[];
    } finally {
      client.release();
    }
  }

  /** Empties the tables and makes the server's `random()` begin anew. */
  async reset(seed: number): Promise<void> {
    this.commitFault = undefined;
    this.empty ??= EMPTY.replace("TABLES", await this.listTables());
    await this.inspect(this.empty);
    await this.wire.forget();
    await this.inspect("select setseed($1)", [(seed % 1_000_003) / 1_000_003]);
  }

  async close(): Promise<void> {
    await this.server.close();
  }

  private async listTables(): Promise<string> {
    const rows = await this.inspect<{ name: string }>(
      `select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
         and not relispartition`,
    );
    return rows.map(({ name }) => name).join();
  }

  private async client(role: string): Promise<SimulatedClient> {
    const before = this.turn;
    let release: () => void = () => undefined;
    this.turn = new Promise((resolve) => {
      release = resolve;
    });
    await before;
    if (this.role !== role) this.wire.run({ text: `set role ${role}` });
    this.role = role;
    return new SimulatedClient((query) => this.run(query), release);
  }

  private run(query: Query): pg.QueryResult {
    if (query.text === "commit" && this.commitFault !== undefined) this.loseCommit(this.commitFault);
    return this.wire.run({ ...query, text: this.sabotage?.(query.text) ?? query.text });
  }

  private loseCommit(when: "before" | "after"): never {
    this.commitFault = undefined;
    if (when === "after") this.wire.run({ text: "commit" });
    throw new SimulatedFault(`${when} commit`);
  }
}

class SimulatedClient {
  constructor(
    private readonly run: (query: Query) => pg.QueryResult,
    readonly release: () => void,
  ) {}

  /** Asynchronous for the caller's sake. */
  async query(query: string | Query, values?: unknown[]): Promise<pg.QueryResult> {
    return this.run(
      typeof query === "string" ? { text: query, values } : { ...query, values: values ?? query.values },
    );
  }
}

class SimulatedPool extends pg.Pool {
  constructor(open: () => Promise<SimulatedClient>) {
    super();
    this.connect = async () => (await open()) as unknown as pg.PoolClient;
    this.query = (async (query: string | Query, values?: unknown[]) => {
      const client = await open();
      try {
        return await client.query(query, values);
      } finally {
        client.release();
      }
    }) as typeof this.query;
  }
}
