import { Inject, Injectable } from "@nestjs/common";
import type { Transaction } from "@pulsekeep/database";
import { sql } from "drizzle-orm";
import { Counter } from "prom-client";
import { Databases } from "../../platform/database.js";
import { Gather } from "../../platform/gather.js";
import { LOGGER, type Logger } from "../../platform/logger.js";
import { enqueue, notice, type OutboxMessage } from "../../platform/outbox.js";
import { pgArray, pgTextArray } from "../../platform/pg-array.js";
import { HttpMetrics } from "../observability/observability.ports.js";
import { insertSamples, type SampleToKeep } from "./insert-samples.js";
import type { MeasuredValues } from "./metric-values.js";
import type { Measured } from "./measure.service.js";
import { rollUpLate } from "./roll-up.js";
import type { MeasuredSource } from "./samples.queries.js";

/** Scrapes whose rows go into one transaction. */
const MAX_BATCH = 500;
/** Pages that nobody's deployment waits for look again this often at most. */
const NOTICE_SECONDS = 30;

type Recorded = MeasuredSource & { workspaceId: string; at: Date; measured: Measured };
type Touched = { project_id: string; environment: string; is_news: boolean };
type Watch = MeasuredSource & { id: string; state: "running" | "observing" };

/** Keeps what scrapes brought, those that come together in one transaction, and tells those who wait for it. */
@Injectable()
export class SamplesService {
  private readonly collected: Counter<"phase">;
  private readonly batches = new Gather<Recorded, undefined>({
    max: MAX_BATCH,
    concurrency: 1,
    run: async (batch) => {
      await this.recordBatch(batch);
      return batch.map(() => undefined);
    },
    isOneAtFault: () => true,
  });

  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(HttpMetrics) { registry }: HttpMetrics,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.collected = new Counter({
      name: "seqpulse_metrics_collected_total",
      help: "Samples kept, by whether a deployment was being observed",
      labelNames: ["phase"],
      registers: [registry],
    });
  }

  /**
   * Appends what one scrape brought, and asks the analyst to look at each deployment that is watched. A failed
   * scrape leaves its reason and no values. Nothing is kept for a project that is gone meanwhile.
   */
  async recordSample(
    scrape: MeasuredSource & { workspaceId: string; at: Date },
    measured: Measured,
  ): Promise<void> {
    const { projectId, environment, workspaceId, at } = scrape;
    await this.batches.call({ projectId, environment, workspaceId, at, measured });
  }

  /** Counts samples that came by another way than a scrape. */
  countCollected(samples: number, isObserved: boolean): void {
    this.collected.inc({ phase: isObserved ? "post" : "pre" }, samples);
  }

  /** What came is kept by now: that its hours could not be summed up is no failure of whoever brought it. */
  async sumUpLate(projectId: string, late: { instants: readonly Date[]; now: Date }): Promise<void> {
    try {
      await rollUpLate(this.databases.engine, { projectId, ...late });
    } catch (error) {
      this.logger.error({ err: error, projectId }, "late samples are missing in their hours' figures");
    }
  }

  /** Appends what was measured before the project was watched, in the caller's transaction. */
  async recordHistory(
    tx: Transaction,
    project: { projectId: string; workspaceId: string },
    rows: readonly { at: Date; values: MeasuredValues }[],
  ): Promise<void> {
    await insertSamples(
      tx,
      rows.map((row) => ({ ...project, environment: "", missingReason: null, ...row })),
    );
  }

  private async recordBatch(batch: readonly Recorded[]): Promise<void> {
    const watches = await this.databases.inEngine(async (tx) => {
      const touched = await touchEndpoints(tx, batch);
      const kept = batch.filter((one) => touched.has(placeOf(one)));
      await insertSamples(tx, kept.flatMap(toRows));
      const found = await listWatches(
        tx,
        kept.map(({ projectId }) => projectId),
      );
      await enqueue(
        tx,
        ...kept.flatMap((one) => messagesFor(one, found, touched.get(placeOf(one)) === true)),
      );
      return found;
    });
    for (const one of batch) {
      const isObserved = watchesOf(one, watches).some(({ state }) => state === "observing");
      if (!one.measured.ok) continue;
      this.countCollected(one.measured.rows.length, isObserved);
      // What Prometheus has kept meanwhile may be of hours that were summed up without it.
      const instants = one.measured.rows.map(({ at }) => at);
      await this.sumUpLate(one.projectId, { instants, now: one.at });
    }
  }
}

const placeOf = ({ projectId, environment }: MeasuredSource): string => `${projectId} ${environment}`;

const watchesOf = (source: MeasuredSource, watches: readonly Watch[]): Watch[] =>
  watches.filter((watch) => placeOf(watch) === placeOf(source));

/**
 * Endpoints that are still there, each with whether its pages should look again. They are locked in the order in which
 * triggers that come together lock theirs, so that no two wait for each other.
 */
async function touchEndpoints(tx: Transaction, batch: readonly Recorded[]): Promise<Map<string, boolean>> {
  const newestOf = ({ measured, at }: Recorded): Date =>
    measured.ok ? (measured.rows.at(-1)?.at ?? at) : at;
  const { rows } = await tx.execute<Touched>(
    sql`with o as materialized (
          select e.project_id, e.environment, e.last_scrape_error_code, e.last_sample_at, t.at, t.reason
          from unnest(${pgArray(batch.map(({ projectId }) => projectId))}::uuid[],
               ${pgTextArray(batch.map(({ environment }) => environment))}::text[],
               ${pgArray(batch.map(newestOf))}::timestamptz[],
               ${pgArray(batch.map(({ measured }) => (measured.ok ? null : measured.reason)))}::text[])
             as t(project_id, environment, at, reason)
          join metric_endpoints e on e.project_id = t.project_id and e.environment = t.environment
          order by e.workspace_id, e.project_id, e.environment for no key update of e
        )
        update metric_endpoints e set last_scrape_error_code = o.reason,
          last_sample_at = case when o.reason is null then greatest(o.last_sample_at, o.at) else o.last_sample_at end
        from o where e.project_id = o.project_id and e.environment = o.environment
        returning e.project_id, e.environment,
          o.last_scrape_error_code is distinct from o.reason or o.last_sample_at is null
            or floor(extract(epoch from o.last_sample_at) / ${NOTICE_SECONDS})
               <> floor(extract(epoch from o.at) / ${NOTICE_SECONDS}) as is_news`,
  );
  return new Map(
    rows.map(({ project_id: projectId, environment, is_news }) => [
      placeOf({ projectId, environment }),
      is_news,
    ]),
  );
}

function toRows({ measured, at, ...source }: Recorded): SampleToKeep[] {
  if (!measured.ok) return [{ ...source, at, missingReason: measured.reason, values: undefined }];
  return measured.rows.map((row) => ({ ...source, missingReason: null, ...row }));
}

async function listWatches(tx: Transaction, projectIds: readonly string[]): Promise<Watch[]> {
  const { rows } = await tx.execute<Watch>(
    sql`select id, project_id as "projectId", measured_environment as environment, state from deployments
        where project_id = any(${pgArray(projectIds)}::uuid[]) and state in ('running', 'observing') order by id`,
  );
  return rows;
}

function messagesFor(recorded: Recorded, watches: readonly Watch[], isNews: boolean): OutboxMessage[] {
  const { projectId, workspaceId } = recorded;
  const own = watchesOf(recorded, watches);
  if (own.length === 0) return isNews ? [notice(workspaceId, "sample.recorded", projectId, projectId)] : [];
  return own.flatMap(({ id }) => [
    { topic: "deployments.evaluate" as const, key: id, body: { deploymentId: id } },
    notice(workspaceId, "sample.recorded", id, projectId),
  ]);
}
