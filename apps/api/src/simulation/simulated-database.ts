import { readdir, readFile } from "node:fs/promises";
import { PGlite, types } from "@electric-sql/pglite";
import { type Connection, type DatabaseRole, schema } from "@pulsekeep/database";
import { drizzle } from "drizzle-orm/node-postgres";
import pg from "pg";
import { SimulatedFault } from "./simulated-fault.js";

/** How `pg` turns a value into what it sends; its types do not name it. */
const { prepareValue } = (pg as unknown as { utils: { prepareValue: (value: unknown) => unknown } }).utils;

const MIGRATIONS = new URL("../../../../packages/database/migrations/", import.meta.url);

/** What a seed may leave behind. */
const EMPTIED =
  "workspaces, workers, lanes, pulses, runs, outbox, audit_entries, stream_entries, stream_delayed restart identity cascade";

type Query = { text: string; values?: unknown[]; rowMode?: "array"; types?: typeof pg.types };
type Raw = {
  rows: (string | null)[][];
  fields: { name: string; dataTypeID: number }[];
  affectedRows?: number;
};

/** Changes a statement on its way to the server; undefined leaves it as it is. */
export type Sabotage = (text: string) => string | undefined;

/**
 * PostgreSQL inside this process behind the interface of `pg`: the engine's own SQL runs as its own roles, one
 * transaction at a time.
 */
export class SimulatedDatabase {
  /** What becomes of the next commit: lost before it takes place, or only its answer. */
  commitFault: "before" | "after" | undefined;
  sabotage: Sabotage | undefined;
  private role = "";
  private turn: Promise<void> = Promise.resolve();

  private constructor(private readonly server: PGlite) {
    // Values travel as text, as with `pg`, which prepares and parses them; bytes stay bytes.
    server.parsers = Object.fromEntries(
      Object.keys(types.parsers).map((oid) => [oid, (value: string) => value]),
    );
    server.serializers = { [pg.types.builtins.BYTEA]: (value: unknown) => value as string };
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

  /** Reads and writes as the owner, past row-level security; values come as `pg` gives them. */
  async inspect<Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> {
    const client = await this.client("postgres");
    try {
      return (await client.query({ text, values })).rows as Row[];
    } finally {
      client.release();
    }
  }

  /** Empties the tables and makes the server's `random()` begin anew. */
  async reset(seed: number): Promise<void> {
    this.commitFault = undefined;
    const client = await this.client("postgres");
    try {
      // The audit refuses to be emptied, by trigger.
      await this.server.exec(
        `set session_replication_role = replica; truncate ${EMPTIED}; set session_replication_role = origin;
         select setseed(${(seed % 1_000_003) / 1_000_003})`,
      );
    } finally {
      client.release();
    }
  }

  async close(): Promise<void> {
    await this.server.close();
  }

  private async client(role: string): Promise<SimulatedClient> {
    const before = this.turn;
    let release: () => void = () => undefined;
    this.turn = new Promise((resolve) => {
      release = resolve;
    });
    await before;
    if (this.role !== role) await this.server.exec(`set role ${role}`);
    this.role = role;
    return new SimulatedClient((query) => this.run(query), release);
  }

  private async run({
    text,
    values = [],
    rowMode,
    types: parsing = pg.types,
  }: Query): Promise<pg.QueryResult> {
    if (text !== "commit" || this.commitFault === undefined)
      return this.send({ text, values, rowMode, types: parsing });
    const when = this.commitFault;
    this.commitFault = undefined;
    if (when === "after") await this.server.exec("commit");
    throw new SimulatedFault(`${when} commit`);
  }

  private async send({
    text,
    values = [],
    rowMode,
    types: parsing = pg.types,
  }: Query): Promise<pg.QueryResult> {
    const params = values.map(prepareValue);
    const result = (await this.server.query(this.sabotage?.(text) ?? text, params, {
      rowMode: "array",
    })) as unknown as Raw;
    const { fields } = result;
    const parsers = fields.map(({ dataTypeID }) => parsing.getTypeParser(dataTypeID, "text"));
    const parsed = result.rows.map((row) =>
      row.map((value, index) => (value === null ? null : parsers[index]?.(value))),
    );
    const rows =
      rowMode === "array"
        ? parsed
        : parsed.map((row) => Object.fromEntries(fields.map(({ name }, index) => [name, row[index]])));
    const rowCount = Math.max(rows.length, result.affectedRows ?? 0);
    return { rows, rowCount, fields: [], command: "", oid: 0 };
  }
}

class SimulatedClient {
  constructor(
    private readonly run: (query: Query) => Promise<pg.QueryResult>,
    readonly release: () => void,
  ) {}

  query(query: string | Query, values?: unknown[]): Promise<pg.QueryResult> {
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
