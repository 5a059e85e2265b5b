import { type BeforeApplicationShutdown, Inject, Injectable, type OnModuleInit } from "@nestjs/common";
import type { Transaction } from "@pulsekeep/database";
import { sql } from "drizzle-orm";
import { Databases } from "../../platform/database.js";
import { Jobs } from "../../platform/jobs.js";
import { LOGGER, type Logger } from "../../platform/logger.js";
import { SamplesService } from "./samples.service.js";
import { ScrapeService } from "./scrape.service.js";
import { stepOnGrid } from "./scrape-grid.js";

/** Scrapes under way at once in one process. */
const MAX_IN_FLIGHT = 32;
const MAX_SCRAPE_MS = 5_000;

type DueEndpoint = {
  project_id: string;
  workspace_id: string;
  active_url: string | null;
  hmac_enabled: boolean;
  hmac_secret_sealed: Buffer | null;
  due_at: string;
  now: string;
  interval_seconds: number;
  next_interval_seconds: number;
};

/** A claimed scrape: whoever holds it is the only one that asks this endpoint at this tick. */
export type ClaimedScrape = {
  projectId: string;
  workspaceId: string;
  url: string;
  hmacEnabled: boolean;
  hmacSecretSealed: Buffer | null;
  /** The instant of the scrape, by the database's clock. */
  at: Date;
  timeoutMs: number;
};

/**
 * Asks every metrics endpoint at its ticks. Due is a column: claiming moves it to the next tick in the same
 * transaction, so a process that dies with a claim loses that tick and nothing else. The requests themselves
 * happen outside any transaction; a slow endpoint occupies one place of `MAX_IN_FLIGHT`, it delays nobody.
 */
@Injectable()
export class CollectorJobs implements OnModuleInit, BeforeApplicationShutdown {
  private readonly inFlight = new Set<Promise<void>>();

  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(ScrapeService) private readonly scrapes: ScrapeService,
    @Inject(SamplesService) private readonly samples: SamplesService,
    @Inject(Jobs) private readonly jobs: Jobs,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    this.jobs.every({ name: "collector", role: "collector", intervalMs: 250, run: () => this.collectOnce() });
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.settle();
  }

  /** Starts the scrapes that are due, as many as there is room for. Does not wait for their answers. */
  async collectOnce(): Promise<"idle"> {
    const room = MAX_IN_FLIGHT - this.inFlight.size;
    if (room <= 0) return "idle";
    for (const scrape of await this.claimDue(room)) {
      const work = this.carryOut(scrape).finally(() => this.inFlight.delete(work));
      this.inFlight.add(work);
    }
    return "idle";
  }

  /** Resolves when every scrape that was under way is recorded. */
  async settle(): Promise<void> {
    await Promise.all(this.inFlight);
  }

  /** Takes due endpoints and moves each to its next tick. */
  async claimDue(max: number): Promise<ClaimedScrape[]> {
    return this.databases.inEngine(async (tx) => {
      const claimed: ClaimedScrape[] = [];
      for (const endpoint of await lockDue(tx, max)) {
        const scrape = await moveOn(tx, endpoint);
        if (scrape) claimed.push(scrape);
      }
      return claimed;
    });
  }

  private async carryOut(scrape: ClaimedScrape): Promise<void> {
    try {
      await this.samples.recordSample(scrape, await this.scrapes.scrape(scrape));
    } catch (error) {
      this.logger.error({ err: error, projectId: scrape.projectId }, "a scrape was lost");
    }
  }
}

async function lockDue(tx: Transaction, max: number): Promise<DueEndpoint[]> {
  const { rows } = await tx.execute<DueEndpoint>(
    sql`select e.project_id, e.workspace_id, case when e.state <> 'blocked' then e.active_url end as active_url,
               e.hmac_enabled, e.hmac_secret_sealed, e.next_scrape_at as due_at, now() as now, e.interval_seconds,
               case when exists (select from deployments d
                                 where d.project_id = e.project_id and d.state in ('running', 'observing'))
                    then p.sample_seconds else p.baseline_seconds end as next_interval_seconds
        from metric_endpoints e join projects p on p.id = e.project_id
        where e.next_scrape_at <= now()
        order by e.next_scrape_at limit ${max} for update of e skip locked`,
  );
  return rows;
}

async function moveOn(tx: Transaction, endpoint: DueEndpoint): Promise<ClaimedScrape | undefined> {
  const now = new Date(endpoint.now);
  const dueAt = new Date(endpoint.due_at);
  const { isOnTime, nextAt } = stepOnGrid({
    dueAt,
    now,
    intervalSeconds: endpoint.interval_seconds,
    nextIntervalSeconds: endpoint.next_interval_seconds,
  });
  const url = endpoint.active_url;
  await tx.execute(
    sql`update metric_endpoints set interval_seconds = ${endpoint.next_interval_seconds},
          next_scrape_at = ${url === null ? null : nextAt.toISOString()}
        where project_id = ${endpoint.project_id}`,
  );
  if (url === null) return undefined;
  if (!isOnTime) {
    await recordMissedTicks(tx, endpoint);
    return undefined;
  }
  return {
    projectId: endpoint.project_id,
    workspaceId: endpoint.workspace_id,
    url,
    hmacEnabled: endpoint.hmac_enabled,
    hmacSecretSealed: endpoint.hmac_secret_sealed,
    at: now,
    timeoutMs: Math.min(MAX_SCRAPE_MS, endpoint.next_interval_seconds * 1_000),
  };
}

/**
 * Ticks that went by inside a deployment's watch leave a row that says so: what nobody measured is not zero.
 * By the watch's instants and not by its state, because the analyst may have closed it before this runs.
 */
async function recordMissedTicks(tx: Transaction, endpoint: DueEndpoint): Promise<void> {
  const due = sql`${endpoint.due_at}::timestamptz`;
  const seconds = sql`${endpoint.interval_seconds}::float8`;
  const until = sql`coalesce(d.observe_until, d.ended_at, d.abandon_at)`;
  await tx.execute(
    sql`insert into metric_samples (project_id, workspace_id, at, missing_reason)
        select distinct d.project_id, d.workspace_id, ${due} + tick * make_interval(secs => ${seconds}), 'server_down'
        from deployments d, generate_series(
          ceil(greatest(0, extract(epoch from d.started_at - ${due})) / ${seconds})::bigint,
          floor(extract(epoch from least(${until}, ${endpoint.now}::timestamptz) - ${due}) / ${seconds})::bigint) tick
        where d.project_id = ${endpoint.project_id} and ${until} >= ${due}
        on conflict do nothing`,
  );
}
