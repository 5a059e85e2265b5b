import { Inject, Injectable, type OnApplicationShutdown } from "@nestjs/common";
import {
  type Connection,
  connect,
  type Database,
  inStatements,
  type Statement,
  type Statements,
  type Transaction,
} from "@pulsekeep/database";
import { sql } from "drizzle-orm";
import { ENV, type Env } from "../env.js";

/** Who a request acts for: decides which rows the database shows. */
export type Tenant = { workspaceId: string; userId?: string };

type CiScope = { workspaceIds: readonly string[]; turns: readonly string[]; patienceMs: number };

/**
 * For statements that walk from ids by index, whatever the statistics say of tables that grow from nothing to
 * thousands of rows between two looks at them. Each is planned once per connection: for a few ids the server would
 * otherwise plan it anew with every call, which takes it three times as long as what it then does.
 */
const BY_INDEX = {
  plan_cache_mode: "force_generic_plan",
  ...Object.fromEntries(
    ["seqscan", "bitmapscan", "hashjoin", "mergejoin", "material", "memoize"].map((way) => [
      `enable_${way}`,
      "off",
    ]),
  ),
};

/**
 * What nobody outside has been told of yet need not be on disk: after a crash of the database it is planned,
 * carried and offered again. The next claim or report that is answered flushes all that came before it.
 */
const UNTOLD = { synchronous_commit: "off" };

/**
 * The process's connections, one pool per database role. Requests work through `inTenant`, roles that span
 * tenants through `engine`; nothing else opens a connection.
 */
@Injectable()
export class Databases implements OnApplicationShutdown {
  private readonly app: Connection;
  private readonly engineConnection: Connection;
  private readonly identityConnection: Connection;
  private readonly adminConnection: Connection;
  private readonly pathConnection: Connection;
  private readonly claimsConnection: Connection;
  private readonly gateConnection: Connection;
  private readonly ciConnection: Connection;

  constructor(@Inject(ENV) env: Env) {
    this.app = connect(env.DATABASE_URL, "pulsekeep_app", { max: 12 });
    this.engineConnection = connect(env.DATABASE_URL, "pulsekeep_engine", { max: 8 });
    this.identityConnection = connect(env.DATABASE_URL, "pulsekeep_identity", { max: 5 });
    this.adminConnection = connect(env.DATABASE_URL, "pulsekeep_admin", {
      max: 3,
      // A look at a whole day of runs may take its time; the cores are the engine's.
      settings: { max_parallel_workers_per_gather: "0" },
    });
    this.pathConnection = connect(env.DATABASE_URL, "pulsekeep_engine", {
      max: 6,
      settings: { ...BY_INDEX, ...UNTOLD, jit: "off" },
      pipeline: true,
    });
    this.claimsConnection = connect(env.DATABASE_URL, "pulsekeep_claims", {
      max: 8,
      settings: { ...BY_INDEX, jit: "off" },
      pipeline: true,
    });
    this.ciConnection = connect(env.DATABASE_URL, "pulsekeep_ci", {
      max: 6,
      settings: { ...BY_INDEX, jit: "off" },
      pipeline: true,
    });
    this.gateConnection = connect(env.DATABASE_URL, "pulsekeep_gate", {
      max: 6,
      // What waits for one worker's row holds up all that came with it.
      settings: { ...BY_INDEX, jit: "off", lock_timeout: "1000" },
      pipeline: true,
    });
  }

  /** For scheduler, relay, dispatcher, collector, analyst, notifier: scheduling columns across tenants. */
  get engine(): Database {
    return this.engineConnection.database;
  }

  /** For the auth library alone. */
  get identity(): Database {
    return this.identityConnection.database;
  }

  /** For the health of the system: states, kinds and instants, enough to count with. */
  get admin(): Database {
    return this.adminConnection.database;
  }

  /** For look-ups before the tenant is known, which the database answers through definer functions. */
  get lookups(): Database {
    return this.app.database;
  }

  /** Runs `work` in one transaction that sees and writes this tenant's rows only. */
  async inTenant<T>(tenant: Tenant, work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.app.database.transaction(async (tx) => {
      await tx.execute(
        sql`select set_config('app.workspace_id', ${tenant.workspaceId}, true),
                   set_config('app.user_id', ${tenant.userId ?? ""}, true)`,
      );
      return work(tx);
    });
  }

  /** Runs `work` in one transaction of the engine's role. */
  async inEngine<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.engineConnection.database.transaction(work);
  }

  /** As `inEngine`, for the prepared statements of the runs' way from due to offered. */
  async inEngineStatements<T>(work: (statements: Statements) => Promise<T>): Promise<T> {
    return inStatements(this.pathConnection.pool, work);
  }

  /** For claims and reports of many workers at once: sees the rows of the named workspaces only. */
  async inClaims<T>(
    workspaceIds: readonly string[],
    work: (statements: Statements) => Promise<T>,
  ): Promise<T> {
    return inStatements(this.claimsConnection.pool, work, beginIn(workspaceIds));
  }

  /** For proofs and handshakes of many workers at once: writes rows of the named workspaces only. */
  async inGate<T>(workspaceIds: readonly string[], work: (statements: Statements) => Promise<T>): Promise<T> {
    return inStatements(this.gateConnection.pool, work, beginIn(workspaceIds));
  }

  /** One look-up before the tenant is known, which the database answers through a definer function. */
  async lookUpAtGate<Row>({ name, text }: Statement, values: readonly unknown[]): Promise<Row[]> {
    const { rows } = await this.gateConnection.pool.query({ name, text, values: [...values] });
    return rows as Row[];
  }

  /**
   * For calls of many pipelines at once: sees and writes rows of the named workspaces only. Whoever names the same
   * turn takes turns, from here to the commit, and gives up when somebody else holds one of its rows for too long.
   */
  async inCi<T>(
    { workspaceIds, turns, patienceMs }: CiScope,
    work: (statements: Statements) => Promise<T>,
  ): Promise<T> {
    const ordered = [...turns].sort();
    return inStatements(this.ciConnection.pool, work, {
      statement: takeTurns,
      values: [workspaceIds.join(","), String(patienceMs), ordered],
    });
  }

  /** As `lookUpAtGate`, for what comes before every call of CI. */
  async lookUpForCi<Row>({ name, text }: Statement, values: readonly unknown[]): Promise<Row[]> {
    const { rows } = await this.ciConnection.pool.query({ name, text, values: [...values] });
    return rows as Row[];
  }

  async ping(): Promise<void> {
    await this.app.database.execute(sql`select 1`);
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.connections.map(({ pool }) => pool.end()));
  }

  private get connections(): Connection[] {
    return [
      this.app,
      this.engineConnection,
      this.identityConnection,
      this.adminConnection,
      this.pathConnection,
      this.claimsConnection,
      this.gateConnection,
      this.ciConnection,
    ];
  }
}

/** $1 ids of workspaces, with commas; $2 milliseconds to wait for a lock; $3 turns, in the order of everybody. */
const takeTurns: Statement = {
  name: "take_turns",
  text: `select set_config('app.workspace_ids', $1, true), set_config('lock_timeout', $2, true),
    (select count(*) from (
      select pg_advisory_xact_lock(hashtextextended(turn, 0)) from unnest($3::text[]) as turn) as taken)`,
};

/** $1 ids of workspaces, with commas. */
const nameWorkspaces: Statement = {
  name: "name_workspaces",
  text: "select set_config('app.workspace_ids', $1, true)",
};

const beginIn = (workspaceIds: readonly string[]) => ({
  statement: nameWorkspaces,
  values: [[...new Set(workspaceIds)].join(",")],
});

/** The SQLSTATE of a failed statement, or undefined when the error is not the database's. */
export function sqlState(error: unknown): string | undefined {
  const cause = error instanceof Error ? error.cause : undefined;
  const code =
    (cause as { code?: unknown } | undefined)?.code ?? (error as { code?: unknown } | undefined)?.code;
  return typeof code === "string" && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/** Whether the database refused what it was given, rather than failed. */
export const isRefusedData = (error: unknown): boolean => /^2[23]/.test(sqlState(error) ?? "");

/** Whether a row that somebody else holds kept the statement waiting for too long. */
export const isLockTimeout = (error: unknown): boolean => sqlState(error) === "55P03";

/** Whether two transactions waited for each other, and this was the one that the database ended. */
export const isDeadlock = (error: unknown): boolean => sqlState(error) === "40P01";
