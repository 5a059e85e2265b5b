import { Inject, Injectable } from "@nestjs/common";
import type { Overview } from "@pulsekeep/contracts/api/deployments";
import type { Transaction } from "@pulsekeep/database";
import { sql } from "drizzle-orm";
import { Databases, type Tenant } from "../../platform/database.js";
import { DeploymentsQueries } from "../deployments/deployments.queries.js";

const MAX_LIVE = 10;
const LATEST = 8;

type Counts = {
  ok: number;
  warning: number;
  rollback_recommended: number;
  inconclusive: number;
  projects: number;
  workers: number;
  active_pulses: number;
  succeeded: number;
  failed: number;
  missed: number;
  next_check_in_at: string | null;
  next_run_at: string | null;
};

/** The dashboard's first page: a read model over both products. */
@Injectable()
export class OverviewQueries {
  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(DeploymentsQueries) private readonly deployments: DeploymentsQueries,
  ) {}

  async getOverview(tenant: Tenant): Promise<Overview> {
    const [counts, liveDeployments, latest] = await Promise.all([
      this.databases.inTenant(tenant, readCounts),
      this.deployments.listLive(tenant, MAX_LIVE),
      this.deployments.listDeployments(tenant, { limit: LATEST }),
    ]);
    return {
      verdicts7d: {
        ok: counts.ok,
        warning: counts.warning,
        rollbackRecommended: counts.rollback_recommended,
        inconclusive: counts.inconclusive,
      },
      liveDeployments,
      latestDeployments: latest.rows,
      projects: counts.projects,
      workers: counts.workers,
      activePulses: counts.active_pulses,
      runs7d: { succeeded: counts.succeeded, failed: counts.failed, missed: counts.missed },
      nextCheckInAt: toInstant(counts.next_check_in_at),
      nextRunAt: toInstant(counts.next_run_at),
    };
  }
}

const toInstant = (text: string | null): string | null =>
  text === null ? null : new Date(text).toISOString();

/** Every table here shows the tenant's rows only. Nothing follows from a dry run's verdict, so it is not counted. */
async function readCounts(tx: Transaction): Promise<Counts> {
  const verdicts = (state: string) => sql`count(*) filter (where verdict_state = ${state})::int`;
  const runs = (state: string) => sql`count(*) filter (where state = ${state})::int`;
  const { rows } = await tx.execute<Counts>(
    sql`select d.*, r.*,
          (select count(*)::int from projects) as projects,
          (select count(*)::int from workers where state <> 'removed') as workers,
          (select count(*)::int from pulses where state = 'active') as active_pulses,
          (select min(next_check_in_at) from workers where state = 'active') as next_check_in_at,
          (select min(next_due_at) from pulses where state = 'active') as next_run_at
        from
          (select ${verdicts("ok")} as ok, ${verdicts("warning")} as warning,
                  ${verdicts("rollback_recommended")} as rollback_recommended,
                  ${verdicts("inconclusive")} as inconclusive
           from deployments where started_at > now() - interval '7 days'
             and not exists (select from verdicts v where v.deployment_id = deployments.id and v.dry_run)) d,
          (select ${runs("succeeded")} as succeeded, ${runs("failed")} as failed, ${runs("missed")} as missed
           from runs where ended_at > now() - interval '7 days') r`,
  );
  const [counts] = rows;
  if (!counts) throw new Error("The overview counted nothing");
  return counts;
}
