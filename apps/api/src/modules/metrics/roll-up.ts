import type { Database, Transaction } from "@pulsekeep/database";
import { type SQL, sql } from "drizzle-orm";
import { LARGEST_VALUE } from "./metric-values.js";

const METRIC_COLUMNS = [
  "requests_per_sec",
  "latency_p95_ms",
  "error_rate",
  "cpu_usage",
  "memory_usage",
] as const;

const columns = METRIC_COLUMNS.flatMap((metric) =>
  ["mean", "min", "max"].map((figure) => `${metric}_${figure}`),
);

/** For sums and averages: what was kept before there was a largest value stops none. */
export const bounded = (column: string): string =>
  `case when ${column} > ${LARGEST_VALUE} then ${LARGEST_VALUE} else ${column} end`;

/** `avg, min, max` of each metric, in the order of `columns`. */
const FIGURES: SQL = sql.raw(
  METRIC_COLUMNS.map((metric) => `avg(${bounded(`s.${metric}`)}), min(s.${metric}), max(s.${metric})`).join(
    ", ",
  ),
);

/**
 * Writes the figures of whole hours, from what samples there are; repeating it changes nothing. Projects that are
 * gone have none.
 *
 * @param span.fromAt begin of an hour
 * @param span.projectId one project's only
 */
export async function rollUp(
  db: Database | Transaction,
  { fromAt, toAt, projectId }: { fromAt: Date; toAt: Date; projectId?: string },
): Promise<void> {
  const ofProject = projectId === undefined ? sql`true` : sql`s.project_id = ${projectId}`;
  await db.execute(
    sql`insert into metric_rollups (project_id, environment, at, workspace_id, samples, missing, ${sql.raw(columns.join(", "))})
        select s.project_id, s.environment, date_trunc('hour', s.at, 'UTC'), p.workspace_id,
          count(*) filter (where s.missing_reason is null), count(*) filter (where s.missing_reason is not null),
          ${FIGURES}
        from metric_samples s join projects p on p.id = s.project_id
        where s.at >= ${fromAt.toISOString()} and s.at < ${toAt.toISOString()} and ${ofProject}
        group by s.project_id, s.environment, date_trunc('hour', s.at, 'UTC'), p.workspace_id
        on conflict (project_id, environment, at) do update set samples = excluded.samples, missing = excluded.missing,
          ${sql.raw(columns.map((column) => `${column} = excluded.${column}`).join(", "))}`,
  );
}

const HOUR_MS = 3_600_000;
export const floorHour = (ms: number): number => Math.floor(ms / HOUR_MS) * HOUR_MS;

/** The newest hour that was summed up; undefined before the first. */
export async function findNewestHour(db: Database | Transaction): Promise<Date | undefined> {
  const { rows } = await db.execute<{ newest: string | null }>(
    sql`select max(at) as newest from metric_rollups`,
  );
  const newest = rows[0]?.newest;
  return newest ? new Date(newest) : undefined;
}

/**
 * Adds samples of a project that came after their hour was summed up. Hours beyond the newest one are left for when
 * all projects are: written for one project, they would seem to be done for everybody.
 */
export async function rollUpLate(
  db: Database | Transaction,
  { projectId, instants, now }: { projectId: string; instants: readonly Date[]; now: Date },
): Promise<void> {
  const past = instants.map((at) => at.getTime()).filter((at) => at < now.getTime() - HOUR_MS);
  if (past.length === 0) return;
  const newest = await findNewestHour(db);
  const late = past.filter((at) => newest !== undefined && floorHour(at) <= newest.getTime());
  if (late.length === 0) return;
  const fromAt = new Date(floorHour(Math.min(...late)));
  const toAt = new Date(floorHour(Math.max(...late)) + HOUR_MS);
  await rollUp(db, { fromAt, toAt, projectId });
}
