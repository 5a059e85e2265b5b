import { Injectable } from "@nestjs/common";
import type { Transaction } from "@pulsekeep/database";
import type { SampleRow } from "@pulsekeep/verdict";
import { type SQL, sql } from "drizzle-orm";

/** Enough for a baseline of hours at the usual rate, and quick to compare with. */
const MAX_BASELINE_SAMPLES = 300;

/**
 * What a service pushes may be as dense as milliseconds, and minutes of that fill a process's memory: ten samples of a
 * second are read at most, and of a window no more than this, which a day of the densest scrapes does not reach.
 */
const DENSEST_MS = 100;
const MAX_OBSERVED_SAMPLES = 50_000;

/** Who keeps a version for longer has taken it for normal. */
const REPLACED_WITHIN_DAYS = 2;
const SAMPLES_KEPT_DAYS = 30;

export type KeptSample = Required<SampleRow>;

/** Where samples come from: the endpoint of one environment, or of the whole project (''). */
export type MeasuredSource = { projectId: string; environment: string };

/** `asOf`: the time whose address counts, where that is not now. In a tenant's transactions only. */
type SourceAsOf = MeasuredSource & { asOf?: Date | undefined };

type StoredSample = {
  at: string;
  requests_per_sec: number | null;
  latency_p95_ms: number | null;
  error_rate: number | null;
  cpu_usage: number | null;
  memory_usage: number | null;
};

const columns = sql`s.at, s.requests_per_sec, s.latency_p95_ms, s.error_rate, s.cpu_usage, s.memory_usage`;

/** Reads the samples that a verdict compares. In the engine's transactions. */
@Injectable()
export class SamplesQueries {
  /**
   * The newest samples before an instant, oldest first; scrapes that brought nothing are left out, and so is what
   * was measured of earlier deployments that were found wanting: that was their fault, not the service.
   * Nor does it reach back to when another address was measured.
   */
  async listBaseline(tx: Transaction, source: SourceAsOf, before: Date): Promise<KeptSample[]> {
    const { projectId, environment } = source;
    const { rows } = await tx.execute<StoredSample>(
      sql`with found_wanting as materialized (${foundWanting(source, before)})
          select ${columns} from metric_samples s
          where s.project_id = ${projectId} and s.environment = ${environment}
            and s.at < ${before.toISOString()} and s.missing_reason is null
            and s.at >= ${baselineSince(source)}
            and not exists (select from found_wanting w where s.at between w.from_at and w.until_at)
          order by s.at desc limit ${MAX_BASELINE_SAMPLES}`,
    );
    return rows.map(toSample).reverse();
  }

  /** When earlier deployments ran whose samples `listBaseline` leaves out, both ends inside. */
  async listLeftOut(
    tx: Transaction,
    source: MeasuredSource,
    before: Date,
  ): Promise<{ fromAt: Date; untilAt: Date }[]> {
    const { rows } = await tx.execute<{ from_at: string; until_at: string | null }>(
      foundWanting(source, before),
    );
    return rows.flatMap(({ from_at, until_at }) =>
      until_at === null ? [] : [{ fromAt: new Date(from_at), untilAt: new Date(until_at) }],
    );
  }

  /** Scrapes between two instants, oldest first; one that brought nothing has null metrics. */
  async listObserved(
    tx: Transaction,
    { projectId, environment }: MeasuredSource,
    { after, until }: { after: Date; until: Date },
  ): Promise<KeptSample[]> {
    const spanMs = until.getTime() - after.getTime();
    const apartMs = Math.max(DENSEST_MS, Math.ceil(spanMs / MAX_OBSERVED_SAMPLES));
    const { rows } = await tx.execute<StoredSample>(
      sql`select distinct on (slot) ${columns} from metric_samples s,
            lateral floor(extract(epoch from s.at)::float8 * 1000 / ${apartMs}::int) as slot
          where s.project_id = ${projectId} and s.environment = ${environment}
            and s.at > ${after.toISOString()} and s.at <= ${until.toISOString()}
          order by slot, s.at`,
    );
    return rows.map(toSample);
  }
}

/**
 * When deployments before an instant showed what is no baseline: while they were watched, and where what was found asked
 * for a rollback, until something else ran. What nobody has replaced, or not for long, is how the service is by now, and
 * so is what somebody called a false alarm.
 */
function foundWanting({ projectId, environment }: MeasuredSource, before: Date): SQL {
  const until = before.toISOString();
  const isFound = sql`d.verdict_state in ('warning', 'rollback_recommended')`;
  const isFoundLater = sql`exists (select from verdict_follow_ups l where l.deployment_id = d.id
    and l.state = 'warning' and l.document ->> 'state' = 'rollback_recommended')`;
  return sql`select case when ${isFound} then d.started_at else d.observe_until end as from_at,
      greatest(coalesce(d.observe_until, d.ended_at),
        case when d.verdict_state = 'rollback_recommended' or ${isFoundLater} then n.finished_at end) as until_at
    from deployments d left join lateral (
      select n.finished_at from deployments n
      where n.project_id = d.project_id and n.environment = d.environment and n.service = d.service
        and n.number > d.number and n.pipeline_result = 'success' and n.finished_at <= ${until}
        and n.finished_at < d.started_at + make_interval(days => ${REPLACED_WITHIN_DAYS}::int)
      order by n.number limit 1) n on true
    where d.project_id = ${projectId} and d.measured_environment = ${environment}
      and d.started_at < ${until}
      and d.started_at > ${until}::timestamptz - make_interval(days => ${SAMPLES_KEPT_DAYS + REPLACED_WITHIN_DAYS}::int)
      and (${isFound} or ${isFoundLater})
      and not exists (select from verdict_feedback f where f.deployment_id = d.id and f.judgement = 'false_alarm')`;
}

/** From when on samples are of the address that is measured, or was measured then; '-infinity' where it never changed. */
export function baselineSince({ projectId, environment, asOf }: SourceAsOf): SQL {
  if (asOf === undefined)
    return sql`coalesce((select e.baseline_since from metric_endpoints e
                         where e.project_id = ${projectId} and e.environment = ${environment}), '-infinity')`;
  return sql`coalesce((select max(c.created_at) from endpoint_changes c
                       where c.project_id = ${projectId} and c.environment = ${environment}
                         and c.replaced is not null and c.created_at <= ${asOf.toISOString()}), '-infinity')`;
}

const toSample = (row: StoredSample): KeptSample => ({
  at: new Date(row.at).getTime(),
  requests_per_sec: row.requests_per_sec,
  latency_p95: row.latency_p95_ms,
  error_rate: row.error_rate,
  cpu_usage: row.cpu_usage,
  memory_usage: row.memory_usage,
});
