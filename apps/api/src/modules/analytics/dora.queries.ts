import { Inject, Injectable } from "@nestjs/common";
import type { Dora, DoraQuery } from "@pulsekeep/contracts/api/analytics";
import type { Transaction } from "@pulsekeep/database";
import { type SQL, sql } from "drizzle-orm";
import { Databases, type Tenant } from "../../platform/database.js";
import { toDoraKeys, type WindowFigures } from "./dora-keys.js";

const DAY_MS = 86_400_000;
/** Read beyond the two windows, so that what follows a failure at the edge is seen as following it. */
const MARGIN_DAYS = 14;

type Windows = { beforeAt: Date; fromAt: Date; toAt: Date };
type FiguresRow = Record<
  "released" | "changes" | "failures" | "lead_measured" | "restored" | "incidents",
  number
> & { is_current: boolean; lead_seconds: number | null; restore_seconds: number | null };
type JudgementRow = { false_alarms: number; confirmed: number; dry_runs: number };
type DayRow = { day: string; deployments: number; failures: number };

const NOTHING: Omit<FiguresRow, "is_current"> = {
  released: 0,
  changes: 0,
  failures: 0,
  lead_seconds: null,
  lead_measured: 0,
  restore_seconds: null,
  restored: 0,
  incidents: 0,
};

/** How a workspace delivers: the four keys of DORA, from deployments and their verdicts. */
@Injectable()
export class DoraQueries {
  constructor(@Inject(Databases) private readonly databases: Databases) {}

  /** @param now the window's end */
  async getDora(tenant: Tenant, query: DoraQuery, now: Date): Promise<Dora> {
    const { days } = query;
    const windows = {
      beforeAt: new Date(now.getTime() - 2 * days * DAY_MS),
      fromAt: new Date(now.getTime() - days * DAY_MS),
      toAt: now,
    };
    return this.databases.inTenant(tenant, async (tx) => {
      const marked = markDeployments(query, windows);
      const figures = await readFigures(tx, marked, windows);
      const [current, before] = [true, false].map((isCurrent) => {
        const found = figures.find((row) => row.is_current === isCurrent) ?? NOTHING;
        return toFigures(found);
      }) as [WindowFigures, WindowFigures];
      return {
        window: { from: windows.fromAt.toISOString(), to: windows.toAt.toISOString(), days },
        ...toDoraKeys(current, before, days),
        openFailures: current.incidents - current.restored,
        judgements: await readJudgements(tx, marked, windows),
        perDay: await readDays(tx, marked, windows),
      };
    });
  }
}

/** Each deployment with whether it was released, is a change, failed, follows a failure, and when good came after it. */
function markDeployments({ projectId, environment, service }: DoraQuery, { beforeAt, toAt }: Windows): SQL {
  const only = (column: SQL, value: string | undefined) =>
    value === undefined ? sql`` : sql` and ${column} = ${value}`;
  const sinceAt = new Date(beforeAt.getTime() - MARGIN_DAYS * DAY_MS);
  const line = sql`partition by project_id, environment, service order by number`;
  // Read backwards, so that what follows grows row by row: forwards it would be gone through anew for each.
  const followed = sql`${line} desc rows between unbounded preceding and 1 preceding`;
  return sql`
    with judged as (
      select project_id, environment, service, number, is_rollback, committed_at, finished_at,
        coalesce(pipeline_result = 'success', false) as succeeded,
        f.judgement, verdict_state in ('warning', 'rollback_recommended') and coalesce(v.dry_run, false) as is_dry_run,
        not is_rollback and case f.judgement when 'confirmed' then true when 'false_alarm' then false
          else (verdict_state = 'rollback_recommended' and not coalesce(v.dry_run, false))
            or (coalesce(pipeline_result = 'success', false)
              and coalesce(lead(is_rollback) over (${line}), false)) end as failed
      from deployments d
        left join verdicts v on v.deployment_id = d.id
        left join verdict_feedback f on f.deployment_id = d.id
      where started_at >= ${sinceAt.toISOString()} and started_at < ${toAt.toISOString()}
        ${only(sql`project_id`, projectId)}${only(sql`environment`, environment)}${only(sql`service`, service)}
    ), marked as (
      select finished_at, committed_at, failed, judgement, is_dry_run, is_rollback, succeeded and not is_rollback as released,
        not is_rollback and (succeeded or failed) as is_change,
        coalesce(lag(failed) over (${line}), false) as follows_failure,
        min(finished_at) filter (where succeeded and not failed) over (${followed}) as restored_at
      from judged
    )`;
}

async function readFigures(tx: Transaction, marked: SQL, windows: Windows): Promise<FiguresRow[]> {
  const incident = sql`failed and not follows_failure`;
  const { rows } = await tx.execute<FiguresRow>(sql`${marked}
    select finished_at >= ${windows.fromAt.toISOString()} as is_current,
      count(*) filter (where released)::int as released,
      count(*) filter (where is_change)::int as changes,
      count(*) filter (where failed)::int as failures,
      percentile_cont(0.5) within group (order by greatest(0, extract(epoch from finished_at - committed_at)))
        filter (where released and committed_at is not null)::float8 as lead_seconds,
      count(*) filter (where released and committed_at is not null)::int as lead_measured,
      percentile_cont(0.5) within group (order by extract(epoch from restored_at - finished_at))
        filter (where ${incident} and restored_at is not null)::float8 as restore_seconds,
      count(*) filter (where ${incident} and restored_at is not null)::int as restored,
      count(*) filter (where ${incident})::int as incidents
    from marked
    where finished_at >= ${windows.beforeAt.toISOString()} and finished_at < ${windows.toAt.toISOString()}
    group by 1`);
  return rows;
}

async function readJudgements(tx: Transaction, marked: SQL, { fromAt, toAt }: Windows) {
  const { rows } = await tx.execute<JudgementRow>(sql`${marked}
    select count(*) filter (where judgement = 'false_alarm')::int as false_alarms,
      count(*) filter (where judgement = 'confirmed')::int as confirmed,
      count(*) filter (where is_dry_run and judgement is null)::int as dry_runs
    from marked
    where not is_rollback and finished_at >= ${fromAt.toISOString()} and finished_at < ${toAt.toISOString()}`);
  const [row] = rows;
  if (!row) throw new Error("a count has one row");
  return { falseAlarms: row.false_alarms, confirmed: row.confirmed, dryRuns: row.dry_runs };
}

async function readDays(tx: Transaction, marked: SQL, { fromAt, toAt }: Windows): Promise<DayRow[]> {
  const { rows } = await tx.execute<DayRow>(sql`${marked}
    select day::date::text as day, count(m.finished_at) filter (where m.released)::int as deployments,
      count(m.finished_at) filter (where m.failed)::int as failures
    from generate_series(${fromAt.toISOString()}::timestamptz at time zone 'UTC',
        ${toAt.toISOString()}::timestamptz at time zone 'UTC', '1 day') as day
      left join marked m on (m.finished_at at time zone 'UTC')::date = day::date
        and m.finished_at >= ${fromAt.toISOString()} and m.finished_at < ${toAt.toISOString()}
    group by 1 order by 1`);
  return rows;
}

const toFigures = (row: Omit<FiguresRow, "is_current">): WindowFigures => ({
  released: row.released,
  changes: row.changes,
  failures: row.failures,
  leadSeconds: row.lead_seconds,
  leadMeasured: row.lead_measured,
  restoreSeconds: row.restore_seconds,
  restored: row.restored,
  incidents: row.incidents,
});
