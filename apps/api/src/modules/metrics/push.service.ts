import { Inject, Injectable } from "@nestjs/common";
import type { SamplesPushed } from "@pulsekeep/contracts/api/metrics";
import { schema, type Transaction } from "@pulsekeep/database";
import { and, eq, sql } from "drizzle-orm";
import { Counter } from "prom-client";
import { AppError } from "../../http/app-error.js";
import type { ApiKeyCaller } from "../../http/caller.js";
import { Clock } from "../../platform/clock.js";
import { Databases } from "../../platform/database.js";
import { enqueue, notice } from "../../platform/outbox.js";
import { pgArray } from "../../platform/pg-array.js";
import { actorOf } from "../audit/audit.service.js";
import { HttpMetrics } from "../observability/observability.ports.js";
import { EndpointHistoryService } from "./endpoint-history.service.js";
import { insertSamples } from "./insert-samples.js";
import { type MeasuredValues, METRICS } from "./metric-values.js";
import { parsePushed, type PushedRow, type RefusedRow } from "./push/parse-pushed.js";
import { SamplesService } from "./samples.service.js";

const { metricEndpoints } = schema;

type Row = PushedRow & { index: number };

/** Of one project in a day (UTC): nearly three a second, six times as many as are asked for at the densest. */
const MAX_SAMPLES_PER_DAY = 250_000;
const TODAY = sql`(clock_timestamp() at time zone 'UTC')::date`;
const PUSHED_TODAY = sql<number>`case when pushed_on = ${TODAY} then pushed_samples else 0 end`;
const DAY_ENDS_IN = sql<number>`ceil(extract(epoch from (${TODAY} + 1)::timestamp at time zone 'UTC' - clock_timestamp()))::int`;

/** Pushed samples are the project's; an environment with an endpoint of its own is asked there. */
const isOfProject = (projectId: string) =>
  and(eq(metricEndpoints.projectId, projectId), eq(metricEndpoints.environment, ""));

/** Takes samples that a service sends by itself, with its project's API key. */
@Injectable()
export class PushService {
  private readonly pushed: Counter<"outcome">;

  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(EndpointHistoryService) private readonly history: EndpointHistoryService,
    @Inject(SamplesService) private readonly samples: SamplesService,
    @Inject(HttpMetrics) { registry }: HttpMetrics,
  ) {
    this.pushed = new Counter({
      name: "seqpulse_samples_pushed_total",
      help: "Rows of pushes, by what came of them",
      labelNames: ["outcome"],
      registers: [registry],
    });
  }

  /**
   * Keeps what is good of a push and says of each other row why not. Sending it again changes nothing: a row that
   * is there with the same values is a duplicate, one with other values is refused.
   *
   * The first good row of a project that has measured nothing yet makes pushing its source.
   *
   * @throws AppError `SOURCE_MISMATCH` when the project is measured in another way, `PROJECT_ENDPOINT_BLOCKED`,
   * `sample_quota_reached`
   */
  async push(
    caller: ApiKeyCaller,
    samples: readonly unknown[],
    { sentAt }: { sentAt?: Date | undefined } = {},
  ): Promise<SamplesPushed> {
    const now = this.clock.now();
    const { rows, refused } = parsePushed(samples, { now, sentAt });
    const kept = await this.databases.inTenant(caller, async (tx) => {
      await this.requirePushing(tx, caller, { isForGood: rows.length > 0 });
      const result = await keep(tx, caller, rows);
      return { ...result, isObserved: await tell(tx, caller, { result, refused }) };
    });
    this.samples.countCollected(kept.added.length, kept.isObserved);
    await this.samples.sumUpLate(caller.projectId, { instants: kept.added.map(({ at }) => at), now });
    const rejected = [...refused, ...kept.conflicting].sort((a, b) => a.index - b.index);
    this.pushed.inc({ outcome: "accepted" }, kept.added.length);
    this.pushed.inc({ outcome: "duplicate" }, kept.duplicates);
    this.pushed.inc({ outcome: "rejected" }, rejected.length);
    return { accepted: kept.added.length, duplicates: kept.duplicates, rejected };
  }

  private async requirePushing(
    tx: Transaction,
    caller: ApiKeyCaller,
    { isForGood }: { isForGood: boolean },
  ): Promise<void> {
    const { projectId, workspaceId } = caller;
    const [found] = await tx
      .select({ endpoint: metricEndpoints, pushed: PUSHED_TODAY, dayEndsIn: DAY_ENDS_IN })
      .from(metricEndpoints)
      .where(isOfProject(projectId));
    if (!found) throw new AppError("not_found");
    const { endpoint, pushed, dayEndsIn } = found;
    if (endpoint.state === "blocked") throw new AppError("PROJECT_ENDPOINT_BLOCKED");
    if (pushed >= MAX_SAMPLES_PER_DAY)
      throw new AppError("sample_quota_reached", {
        detail: `${MAX_SAMPLES_PER_DAY} samples of a project in a day (UTC)`,
        headers: { "retry-after": String(dayEndsIn) },
      });
    if (endpoint.source === "push") return;
    // Who sends nothing that can be used is told so, and has not chosen anything.
    if (!isForGood && (endpoint.state === "none" || endpoint.state === "pending")) return;
    const [switched] = await tx
      .update(metricEndpoints)
      .set({ source: "push", state: "active", nextScrapeAt: null })
      .where(
        sql`${isOfProject(projectId)} and ${metricEndpoints.source} <> 'push'
            and ${metricEndpoints.state} in ('none', 'pending')`,
      )
      .returning({ baselineVersion: metricEndpoints.baselineVersion });
    if (!switched) {
      // Of two first pushes at once the second finds it done.
      const [now] = await tx.select().from(metricEndpoints).where(isOfProject(projectId));
      if (now?.source === "push") return;
      throw new AppError("SOURCE_MISMATCH", {
        detail: `The project's source of samples is: ${endpoint.source}`,
      });
    }
    const actor = actorOf(caller);
    await this.history.record(tx, {
      workspaceId,
      projectId,
      kind: "activated",
      source: "push",
      url: null,
      ...switched,
      actor,
    });
  }
}

type Kept = { added: Row[]; duplicates: number; conflicting: RefusedRow[] };

async function keep(
  tx: Transaction,
  { projectId, workspaceId }: ApiKeyCaller,
  rows: readonly Row[],
): Promise<Kept> {
  const added = await insertSamples(
    tx,
    rows.map(({ at, values }) => ({
      projectId,
      environment: "",
      workspaceId,
      at,
      missingReason: null,
      values,
    })),
  );
  const fresh = new Set(added.map(({ at }) => at.getTime()));
  const result: Kept = { added: [], duplicates: 0, conflicting: [] };
  const rest: Row[] = [];
  // The first row of an instant is the one that was added.
  for (const row of rows)
    if (fresh.delete(row.at.getTime())) result.added.push(row);
    else rest.push(row);
  const present = await readPresent(tx, projectId, rest);
  for (const row of rest)
    if (isSame(present.get(row.at.getTime()), row.values)) result.duplicates += 1;
    else result.conflicting.push({ index: row.index, reason: "conflicting_sample", detail: null });
  return result;
}

async function readPresent(
  tx: Transaction,
  projectId: string,
  rows: readonly Row[],
): Promise<Map<number, MeasuredValues>> {
  if (rows.length === 0) return new Map();
  const found = await tx.execute<MeasuredValues & { at: string }>(
    sql`select at, requests_per_sec, latency_p95_ms as latency_p95, error_rate, cpu_usage, memory_usage
        from metric_samples
        where project_id = ${projectId} and environment = '' and at = any(${pgArray(rows.map(({ at }) => at))}::timestamptz[])`,
  );
  return new Map(found.rows.map((row) => [new Date(row.at).getTime(), row]));
}

const isSame = (kept: MeasuredValues | undefined, sent: MeasuredValues): boolean =>
  kept !== undefined && METRICS.every((metric) => kept[metric] === sent[metric]);

/** Marks the project, and wakes the analyst and the pages. Returns whether a deployment is observed. */
async function tell(
  tx: Transaction,
  { projectId, workspaceId }: ApiKeyCaller,
  { result: { added }, refused }: { result: Kept; refused: readonly RefusedRow[] },
): Promise<boolean> {
  const newest = added.reduce<Date | null>((latest, { at }) => (latest && latest > at ? latest : at), null);
  const errorCode = added.length === 0 ? (refused[0]?.reason ?? null) : null;
  await tx.execute(
    sql`update metric_endpoints set last_scrape_error_code = ${errorCode},
          last_sample_at = greatest(last_sample_at, ${newest?.toISOString() ?? null}::timestamptz),
          pushed_samples = ${PUSHED_TODAY} + ${added.length}, pushed_on = ${TODAY}
        where project_id = ${projectId} and environment = '' and source = 'push'`,
  );
  if (added.length === 0) return false;
  const { rows: watches } = await tx.execute<{ id: string; state: string }>(
    sql`select id, state from deployments
        where project_id = ${projectId} and measured_environment = '' and state in ('running', 'observing') order by id`,
  );
  await enqueue(
    tx,
    ...watches.flatMap(({ id }) => [
      { topic: "deployments.evaluate" as const, key: id, body: { deploymentId: id } },
      notice(workspaceId, "sample.recorded", id, projectId),
    ]),
    ...(watches.length === 0 ? [notice(workspaceId, "sample.recorded", projectId, projectId)] : []),
  );
  return watches.some(({ state }) => state === "observing");
}
