import { Inject, Injectable } from "@nestjs/common";
import type { Pulse, Run, RunListQuery } from "@pulsekeep/contracts/api/pulses";
import type { Page, PageQuery } from "@pulsekeep/contracts/api/shared";
import { schema, type Transaction } from "@pulsekeep/database";
import { and, desc, eq, inArray, sql } from "drizzle-orm";
import { ENV, type Env } from "../../env.js";
import { AppError } from "../../http/app-error.js";
import { decodeCursor, toPage } from "../../http/cursor.js";
import { Clock } from "../../platform/clock.js";
import { Databases, type Tenant } from "../../platform/database.js";
import { type PulseRow, toPulse, toRun } from "./pulse-view.js";

const { pulses, runs, workers } = schema;

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

  private selectRuns(tx: Transaction) {
    return tx
      .select({
        run: runs,
        pulseName: pulses.name,
        targetRepository: pulses.targetRepository,
        repositoryFullName: workers.repositoryFullName,
      })
      .from(runs)
      .leftJoin(pulses, eq(pulses.id, runs.pulseId))
      .leftJoin(workers, eq(workers.id, runs.workerId))
      .$dynamic();
  }

  private viewRun(row: {
    run: typeof runs.$inferSelect;
    pulseName: string | null;
    targetRepository: string | null;
    repositoryFullName: string | null;
  }): Run {
    return toRun(row.run, { ...row, now: this.clock.now() }, this.env.GITHUB_URL);
  }

  private async withLastRuns(tx: Transaction, rows: PulseRow[]): Promise<Pulse[]> {
    if (rows.length === 0) return [];
    const ids = rows.map(({ id }) => id);
    const newest = tx
      .selectDistinctOn([runs.pulseId], { id: runs.id })
      .from(runs)
      .where(inArray(runs.pulseId, ids))
      .orderBy(runs.pulseId, desc(runs.plannedAt));
    const last = await this.selectRuns(tx).where(sql`${runs.id} in ${newest}`);
    const byPulse = new Map(last.map((row) => [row.run.pulseId, this.viewRun(row)]));
    return rows.map((row) => toPulse(row, byPulse.get(row.id) ?? null));
  }
}
