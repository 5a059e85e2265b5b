import { Inject, Injectable } from "@nestjs/common";
import type { ProjectSeries, SeriesQuery } from "@pulsekeep/contracts/api/metrics";
import { schema, type Transaction } from "@pulsekeep/database";
import { eq, type SQL, sql } from "drizzle-orm";
import { AppError } from "../../http/app-error.js";
import { unknownEnvironment } from "../../http/unknown-environment.js";
import { Databases, type Tenant } from "../../platform/database.js";
import { bounded } from "./roll-up.js";

const { projects } = schema;
const HOUR_SECONDS = 3_600;
const DEFAULT_SPAN_MS = 24 * HOUR_SECONDS * 1_000;
const MAX_SPAN_MS = 400 * DEFAULT_SPAN_MS;
/** Samples of these days are there to the last; of days before them, only the hourly figures. */
const SAMPLES_KEPT_MS = 30 * DEFAULT_SPAN_MS;
/** Steps that people read: a point at 10:05, not at 10:04:48. */
const STEPS = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 21_600, 43_200, 86_400,
];

const METRIC_COLUMNS = {
  requests_per_sec: "requests_per_sec",
  latency_p95: "latency_p95_ms",
  error_rate: "error_rate",
  cpu_usage: "cpu_usage",
  memory_usage: "memory_usage",
} as const;
type Metric = keyof typeof METRIC_COLUMNS;
const METRICS = Object.keys(METRIC_COLUMNS) as Metric[];

type Point = { at: string; samples: string; missing: string } & Record<string, number | string | null>;
type Span = { projectId: string; environment: string; fromAt: Date; toAt: Date; stepSeconds: number };

/** What a project measured over any length of time, in as many points as a chart has room for. */
@Injectable()
export class SeriesQueries {
  constructor(@Inject(Databases) private readonly databases: Databases) {}

  /**
   * Oldest first; spans of time without any sample have no point. Steps of an hour and more are read from the
   * hourly figures, which are kept longer than samples are; a span that begins before the oldest sample has no others.
   *
   * @throws AppError `not_found`, `ENVIRONMENT_UNKNOWN`, `invalid_input` when the span is empty or longer than 400 days
   */
  async getSeries(tenant: Tenant, projectId: string, query: SeriesQuery): Promise<ProjectSeries> {
    const toAt = query.to === undefined ? new Date() : new Date(query.to);
    const fromAt =
      query.from === undefined ? new Date(toAt.getTime() - DEFAULT_SPAN_MS) : new Date(query.from);
    const spanMs = toAt.getTime() - fromAt.getTime();
    if (!(spanMs > 0 && spanMs <= MAX_SPAN_MS))
      throw new AppError("invalid_input", {
        errors: [{ path: "from", message: "before `to`, by at most 400 days" }],
      });
    const hasSamples = fromAt.getTime() >= Date.now() - SAMPLES_KEPT_MS;
    const stepSeconds = stepOf(Math.max(spanMs / 1_000 / query.points, hasSamples ? 0 : HOUR_SECONDS));
    return this.databases.inTenant(tenant, async (tx) => {
      const environment = await findMeasured(tx, projectId, query.environment);
      const points = await readPoints(tx, { projectId, environment, fromAt, toAt, stepSeconds });
      return { stepSeconds, points: points.map(toPoint) };
    });
  }
}

/** Whose samples are an environment's: its own endpoint's where it has one, and the project's ('') otherwise. */
async function findMeasured(
  tx: Transaction,
  projectId: string,
  environment: string | undefined,
): Promise<string> {
  const { environments } = projects;
  const [project] = await tx.select({ environments }).from(projects).where(eq(projects.id, projectId));
  if (!project) throw new AppError("not_found");
  if (environment === undefined) return "";
  if (!project.environments.includes(environment)) throw unknownEnvironment(project.environments);
  const { rows } = await tx.execute(
    sql`select from metric_endpoints where project_id = ${projectId} and environment = ${environment} and state = 'active'`,
  );
  return rows.length === 0 ? "" : environment;
}

const stepOf = (atLeastSeconds: number): number =>
  STEPS.find((step) => step >= atLeastSeconds) ?? Math.ceil(atLeastSeconds / 86_400) * 86_400;

async function readPoints(tx: Transaction, span: Span): Promise<Point[]> {
  const { rows } = await tx.execute<Point>(span.stepSeconds < HOUR_SECONDS ? ofSamples(span) : ofHours(span));
  return rows;
}

/** Points begin on the clock's own steps, so that two views of one span agree. */
const binOf = (stepSeconds: number): SQL =>
  sql`date_bin(make_interval(secs => ${stepSeconds}), at, '2000-01-01 00:00:00+00')`;

const figuresOf = (of: (column: string) => string): SQL =>
  sql.raw(Object.values(METRIC_COLUMNS).map(of).join(", "));

function ofSamples({ projectId, environment, fromAt, toAt, stepSeconds }: Span): SQL {
  return sql`select ${binOf(stepSeconds)} as at, count(*) filter (where missing_reason is null) as samples,
      count(*) filter (where missing_reason is not null) as missing,
      ${figuresOf((it) => `avg(${bounded(it)}) as ${it}_mean, min(${it}) as ${it}_min, max(${it}) as ${it}_max`)}
    from metric_samples
    where project_id = ${projectId} and environment = ${environment}
      and at >= ${fromAt.toISOString()} and at < ${toAt.toISOString()}
    group by 1 order by 1`;
}

/** The hours that are summed up, and the samples of those that are not yet. */
function ofHours({ projectId, environment, fromAt, toAt, stepSeconds }: Span): SQL {
  const isOf = sql`project_id = ${projectId} and environment = ${environment}`;
  const inSpan = sql`${isOf} and at >= ${fromAt.toISOString()} and at < ${toAt.toISOString()}`;
  return sql`with hours as (
      select at, samples, missing, ${figuresOf((it) => `${it}_mean, ${it}_min, ${it}_max`)}
      from metric_rollups where ${inSpan}
    ), newest as (select max(at) + interval '1 hour' as at from metric_rollups where ${isOf}),
    parts as (
      select * from hours union all
      select s.at, (s.missing_reason is null)::int, (s.missing_reason is not null)::int,
        ${figuresOf((it) => `s.${it}, s.${it}, s.${it}`)}
      from metric_samples s
      where ${isOf} and s.at < ${toAt.toISOString()} and s.at >= greatest(${fromAt.toISOString()}::timestamptz, (select at from newest))
    )
    select ${binOf(stepSeconds)} as at, sum(samples) as samples, sum(missing) as missing,
      ${figuresOf(
        (it) =>
          `sum((${bounded(`${it}_mean`)}) * samples) / nullif(sum(samples) filter (where ${it}_mean is not null), 0) as ${it}_mean,
           min(${it}_min) as ${it}_min, max(${it}_max) as ${it}_max`,
      )}
    from parts group by 1 order by 1`;
}

function toPoint(row: Point): ProjectSeries["points"][number] {
  const numberOf = (value: number | string | null | undefined) =>
    value === null || value === undefined ? null : Number(value);
  const figureOf = (metric: Metric) => {
    const column = METRIC_COLUMNS[metric];
    return {
      mean: numberOf(row[`${column}_mean`]),
      min: numberOf(row[`${column}_min`]),
      max: numberOf(row[`${column}_max`]),
    };
  };
  const figures = Object.fromEntries(METRICS.map((metric) => [metric, figureOf(metric)])) as Record<
    Metric,
    ReturnType<typeof figureOf>
  >;
  return {
    at: new Date(row.at).toISOString(),
    samples: Number(row.samples),
    missing: Number(row.missing),
    ...figures,
  };
}
