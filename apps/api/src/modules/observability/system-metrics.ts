import { Inject, Injectable } from "@nestjs/common";
import { Counter, Gauge } from "prom-client";
import { Jobs } from "../../platform/jobs.js";
import { LOGGER, type Logger } from "../../platform/logger.js";
import { LogHealthQueries } from "../audit/log-health.queries.js";
import { KeyringQueries } from "../vault/keyring.queries.js";
import { DatabaseHealthQueries } from "./database-health.queries.js";
import { HttpMetrics } from "./http-metrics.js";
import { LATENESS_BOUNDS_SECONDS, LATENESS_WINDOW_MINUTES, LatenessGauges } from "./lateness-gauges.js";
import { LedgerQueries } from "./ledger.queries.js";
import { RedisMonitor } from "./redis-monitor.queries.js";
import { restedLook } from "./rested-look.js";
import { SchedulingQueries } from "./scheduling.queries.js";
import { StreamsQueries } from "./streams.queries.js";
import { SYSTEM_GAUGES, type SystemFacts } from "./system-gauges.js";
import { within } from "../../platform/within.js";

/** Scrapers, and whoever else asks, share one look at the tables. */
const FRESH_MS = 1_000;

/**
 * The health of the system as Prometheus metrics. What the tables and the transport tell is the same whichever
 * process is asked: aggregate it with `max`. Failed turns of loops are those of the process that answers.
 */
@Injectable()
export class SystemMetrics {
  private readonly gauges: Map<string, Gauge>;
  private readonly failedTurns: Counter;
  private readonly lateness: LatenessGauges;
  private readonly countLateness = restedLook(() =>
    this.ledger.countRecentLateness({
      minutes: LATENESS_WINDOW_MINUTES,
      boundsSeconds: LATENESS_BOUNDS_SECONDS,
    }),
  );
  private failuresSeen = 0;
  private last: { done: Promise<void>; atMs: number } | undefined;

  constructor(
    @Inject(HttpMetrics) http: HttpMetrics,
    @Inject(SchedulingQueries) private readonly scheduling: SchedulingQueries,
    @Inject(LedgerQueries) private readonly ledger: LedgerQueries,
    @Inject(StreamsQueries) private readonly streams: StreamsQueries,
    @Inject(DatabaseHealthQueries) private readonly database: DatabaseHealthQueries,
    @Inject(RedisMonitor) private readonly redis: RedisMonitor,
    @Inject(KeyringQueries) private readonly keyring: KeyringQueries,
    @Inject(LogHealthQueries) private readonly log: LogHealthQueries,
    @Inject(Jobs) private readonly jobs: Jobs,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    const registers = [http.registry];
    this.gauges = new Map(
      SYSTEM_GAUGES.map(({ name, help, label }) => [
        name,
        new Gauge({ name, help, labelNames: label ? [label] : [], registers }),
      ]),
    );
    this.failedTurns = new Counter({
      name: "seqpulse_scheduler_jobs_failed_total",
      help: "Turns of this process's loops that failed and are tried again",
      registers,
    });
    this.lateness = new LatenessGauges(http.registry);
  }

  /** Brings every metric up to date. Never throws: a scrape of a sick system is the one that matters. */
  async refresh(): Promise<void> {
    const nowMs = performance.now();
    if (!this.last || nowMs - this.last.atMs > FRESH_MS) this.last = { done: this.readAll(), atMs: nowMs };
    await this.last.done;
  }

  private async readAll(): Promise<void> {
    const [scheduling, runs, streams, database, redis, lateness, keyring, audit] = await Promise.all([
      this.attempt(() => this.scheduling.getScheduling()),
      this.attempt(() => this.ledger.countRuns()),
      this.streams.findStreams(),
      this.attempt(() => this.database.getHealth()),
      this.redis.findHealth(),
      this.attempt(() => this.countLateness()),
      this.attempt(() => this.keyring.getHealth()),
      this.attempt(() => this.log.getLag()),
    ]);
    this.setGauges({ scheduling, runs, streams, database, redis: redis ?? undefined, keyring, audit });
    this.lateness.set(lateness);
    const failures = this.jobs.heartbeats().reduce((sum, { failedTurns }) => sum + failedTurns, 0);
    this.failedTurns.inc(failures - this.failuresSeen);
    this.failuresSeen = failures;
  }

  private setGauges(facts: SystemFacts): void {
    for (const { name, label, read } of SYSTEM_GAUGES) {
      const gauge = this.gauges.get(name);
      // What is not known any more must not stay: a last value would look like a good one.
      gauge?.reset();
      if (!label) gauge?.remove({});
      for (const [value, number] of Object.entries(read(facts)))
        gauge?.set(label ? { [label]: value } : {}, number);
    }
  }

  private async attempt<T>(read: () => Promise<T>): Promise<T | undefined> {
    try {
      return await within(read());
    } catch (error) {
      this.logger.warn({ err: error }, "a metric could not be read");
      return undefined;
    }
  }
}
