import { Inject, Injectable } from "@nestjs/common";
import type { Pulse, Run, RunListQuery } from "@pulsekeep/contracts/api/pulses";
import type { Page, PageQuery } from "@pulsekeep/contracts/api/shared";
import { schema, type Transaction } from "@pulsekeep/database";
import { and, desc, eq, inArray, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import { ENV, type Env } from "../../env.js";
import { AppError } from "../../http/app-error.js";
import { decodeCursor, toPage } from "../../http/cursor.js";
import { Clock } from "../../platform/clock.js";
import { Databases, type Tenant } from "../../platform/database.js";
import { type PulseRow, type RunContext, type RunRow, type RunSigns, toPulse, toRun } from "./pulse-view.js";

const { pulses, runs, workers } = schema;
const recoveries = alias(runs, "recoveries");

/** Pulses and their runs, as pages show them. */
@Injectable()
export class PulsesQueries {
  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(ENV) private readonly env: Env,
  ) {}

  async listPulses(tenant: Tenant, query: PageQuery): Promise<Page<Pulse>> {
    const before = decodeCursor(query.cursor);
    return this.databases.inTenant(tenant, async (tx) => {
      const rows = await tx
        .select()
        .from(pulses)
        .where(
          before &&
            sql`(${pulses.createdAt}, ${pulses.id}) < (${before.at.toISOString()}::timestamptz, ${before.id}::uuid)`,
        )
        .orderBy(desc(pulses.createdAt), desc(pulses.id))
        .limit(query.limit + 1);
      const page = toPage(rows, query.limit, (row) => ({ at: row.createdAt, id: row.id }));
      return { rows: await this.withLastRuns(tx, page.rows), nextCursor: page.nextCursor };
    });
  }

  /** @throws AppError `not_found` */
  async getPulse(tenant: Tenant, id: string): Promise<Pulse> {
    return this.databases.inTenant(tenant, async (tx) => {
      const [pulse] = await this.withLastRuns(tx, await tx.select().from(pulses).where(eq(pulses.id, id)));
      if (!pulse) throw new AppError("not_found");
      return pulse;
    });
  }

  async listRuns(tenant: Tenant, query: RunListQuery): Promise<Page<Run>> {
    const before = decodeCursor(query.cursor);
    return this.databases.inTenant(tenant, async (tx) => {
      const rows = await this.selectRuns(tx)
        .where(
          and(
            query.pulseId === undefined ? undefined : eq(runs.pulseId, query.pulseId),
            query.workerId === undefined ? undefined : eq(runs.workerId, query.workerId),
            query.state === undefined ? undefined : eq(runs.state, query.state),
            before &&
              sql`(${runs.plannedAt}, ${runs.id}) < (${before.at.toISOString()}::timestamptz, ${before.id}::uuid)`,
          ),
        )
        .orderBy(desc(runs.plannedAt), desc(runs.id))
        .limit(query.limit + 1);
      const page = toPage(rows, query.limit, ({ run }) => ({ at: run.plannedAt, id: run.id }));
      return { rows: page.rows.map((row) => this.viewRun(row)), nextCursor: page.nextCursor };
    });
  }

  /** @throws AppError `not_found` */
  async getRun(tenant: Tenant, id: string): Promise<Run> {
    const [row] = await this.databases.inTenant(tenant, (tx) => this.selectRuns(tx).where(eq(runs.id, id)));
    if (!row) throw new AppError("not_found");
    return this.viewRun(row);
  }

  /** Runs as the API shows them, by their ids, in the tenant's transaction. */
  async listRunsIn(tx: Transaction, ids: readonly string[]): Promise<Map<string, Run>> {
    if (ids.length === 0) return new Map();
    const rows = await this.selectRuns(tx).where(inArray(runs.id, [...ids]));
    return new Map(rows.map((row) => [row.run.id, this.viewRun(row)]));
  }

  private selectRuns(tx: Transaction) {
    return (
      tx
        .select({
          run: runs,
          pulseName: pulses.name,
          targetRepository: pulses.targetRepository,
          repositoryFullName: workers.repositoryFullName,
          nextCheckInAt: workers.nextCheckInAt,
          recoveredBy: { runId: recoveries.id, state: recoveries.state, plannedAt: recoveries.plannedAt },
        })
        .from(runs)
        .leftJoin(pulses, eq(pulses.id, runs.pulseId))
        .leftJoin(workers, eq(workers.id, runs.workerId))
        // By the ledger's unique slot, which has an index.
        .leftJoin(
          recoveries,
          and(
            eq(runs.state, "missed"),
            eq(recoveries.workerId, runs.workerId),
            eq(recoveries.pulseId, runs.pulseId),
            eq(recoveries.slot, runs.slot),
            eq(recoveries.generation, sql`${runs.generation} + 1`),
          ),
        )
        .$dynamic()
    );
  }

  private viewRun(row: { run: RunRow } & Omit<RunContext, "now">): Run {
    return toRun(row.run, { ...row, now: this.clock.now() }, this.env.GITHUB_URL);
  }

  private async withLastRuns(tx: Transaction, rows: PulseRow[]): Promise<Pulse[]> {
    if (rows.length === 0) return [];
    const signs = await readSigns(tx, { pulseIds: rows.map(({ id }) => id), now: this.clock.now() });
    const newest = [...signs.values()].flatMap(({ newestRunId }) => newestRunId ?? []);
    const last = newest.length === 0 ? [] : await this.selectRuns(tx).where(inArray(runs.id, newest));
    const byPulse = new Map(last.map((row) => [row.run.pulseId, this.viewRun(row)]));
    return rows.map((row) =>
      toPulse(row, byPulse.get(row.id) ?? null, signs.get(row.id) ?? { late: false, lastOutcome: null }),
    );
  }
}

type Signs = RunSigns & { pulseId: string; newestRunId: string | null };

/** One look into each pulse's runs by their index: its history may be long. */
async function readSigns(
  tx: Transaction,
  { pulseIds, now }: { pulseIds: string[]; now: Date },
): Promise<Map<string, Signs>> {
  const at = now.toISOString();
  const { rows } = await tx.execute<Signs>(
    sql`select p.id as "pulseId", newest.id as "newestRunId", outcome.state as "lastOutcome",
               exists (select from runs r where r.pulse_id = p.id and r.ended_at is null
                         and r.late_after <= ${at}::timestamptz
                         and r.planned_at > ${at}::timestamptz - interval '3 days') as late
        from pulses p
        left join lateral (select id from runs where pulse_id = p.id order by planned_at desc limit 1) newest on true
        left join lateral (select state from runs where pulse_id = p.id
                             and state in ('succeeded', 'failed', 'missed', 'unknown')
                           order by planned_at desc limit 1) outcome on true
        where p.id = any(${sql.param(pulseIds)}::uuid[])`,
  );
  return new Map(rows.map((row) => [row.pulseId, row]));
}
