import { Inject, Injectable } from "@nestjs/common";
import type { Transaction } from "@pulsekeep/database";
import { sql } from "drizzle-orm";
import { Counter } from "prom-client";
import { Databases } from "../../platform/database.js";
import { enqueue, notice, type OutboxMessage } from "../../platform/outbox.js";
import { HttpMetrics } from "../observability/observability.ports.js";
import type { ScrapeOutcome } from "./scrape.service.js";

type Watch = { id: string; state: "running" | "observing" };

/** Keeps what a scrape brought, and tells those who wait for it. */
@Injectable()
export class SamplesService {
  private readonly collected: Counter<"phase">;

  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(HttpMetrics) { registry }: HttpMetrics,
  ) {
    this.collected = new Counter({
      name: "seqpulse_metrics_collected_total",
      help: "Samples kept, by whether a deployment was being observed",
      labelNames: ["phase"],
      registers: [registry],
    });
  }

  /**
   * Appends one row for one scrape, and asks the analyst to look at each deployment that is watched. A failed
   * scrape leaves its reason and no values. Nothing is kept for a project that is gone meanwhile.
   */
  async recordSample(
    scrape: { projectId: string; workspaceId: string; at: Date },
    outcome: ScrapeOutcome,
  ): Promise<void> {
    const watches = await this.databases.inEngine(async (tx) => {
      if (!(await touchEndpoint(tx, scrape, outcome))) return undefined;
      await insertSample(tx, scrape, outcome);
      const { rows } = await tx.execute<Watch>(
        sql`select id, state from deployments
            where project_id = ${scrape.projectId} and state in ('running', 'observing') order by id`,
      );
      await enqueue(tx, ...messagesFor(scrape, rows));
      return rows;
    });
    if (!watches || !outcome.ok) return;
    this.collected.inc({ phase: watches.some(({ state }) => state === "observing") ? "post" : "pre" });
  }
}

/** False when the project was deleted while its endpoint was asked. */
async function touchEndpoint(
  tx: Transaction,
  { projectId, at }: { projectId: string; at: Date },
  outcome: ScrapeOutcome,
): Promise<boolean> {
  const errorCode = outcome.ok ? null : outcome.reason;
  const { rows } = await tx.execute(
    sql`update metric_endpoints set last_scrape_error_code = ${errorCode},
          last_sample_at = case when ${outcome.ok} then greatest(last_sample_at, ${at.toISOString()}::timestamptz)
                                else last_sample_at end
        where project_id = ${projectId} returning project_id`,
  );
  return rows.length > 0;
}

async function insertSample(
  tx: Transaction,
  { projectId, workspaceId, at }: { projectId: string; workspaceId: string; at: Date },
  outcome: ScrapeOutcome,
): Promise<void> {
  const sample = outcome.ok ? outcome.sample : undefined;
  await tx.execute(
    sql`insert into metric_samples (project_id, workspace_id, at, missing_reason, requests_per_sec, latency_p95_ms,
          error_rate, cpu_usage, memory_usage)
        values (${projectId}, ${workspaceId}, ${at.toISOString()}, ${outcome.ok ? null : outcome.reason},
          ${sample?.requests_per_sec ?? null}, ${sample?.latency_p95 ?? null}, ${sample?.error_rate ?? null},
          ${sample?.cpu_usage ?? null}, ${sample?.memory_usage ?? null})
        on conflict do nothing`,
  );
}

function messagesFor(
  { projectId, workspaceId }: { projectId: string; workspaceId: string },
  watches: readonly Watch[],
): OutboxMessage[] {
  if (watches.length === 0) return [notice(workspaceId, "sample.recorded", projectId, projectId)];
  return watches.flatMap(({ id }) => [
    { topic: "deployments.evaluate" as const, key: id, body: { deploymentId: id } },
    notice(workspaceId, "sample.recorded", id, projectId),
  ]);
}
