import { type BeforeApplicationShutdown, Inject, Injectable, type OnModuleInit } from "@nestjs/common";
import { Histogram } from "prom-client";
import { Databases } from "../../platform/database.js";
import { Jobs } from "../../platform/jobs.js";
import { LOGGER, type Logger } from "../../platform/logger.js";
import { HttpMetrics } from "../observability/observability.ports.js";
import { claimDue } from "./claim-due.js";
import { type ClaimedScrape, MeasureService } from "./measure.service.js";
import { SamplesService } from "./samples.service.js";

/** Scrapes under way at once in one process, and of one workspace: whose endpoints hang fills its own share only. */
const MAX_IN_FLIGHT = 256;
const MAX_OF_WORKSPACE = 64;

/**
 * Asks every metrics endpoint at its ticks. Due is a column: claiming moves it to the next tick in the same
 * transaction, so a process that dies with a claim loses that tick and nothing else. The requests themselves
 * happen outside any transaction; a slow endpoint occupies one place of its workspace's share, it delays nobody.
 */
@Injectable()
export class CollectorJobs implements OnModuleInit, BeforeApplicationShutdown {
  private readonly inFlight = new Set<Promise<void>>();
  private readonly busy = new Map<string, number>();
  private turn: Promise<void> = Promise.resolve();
  private isStopping = false;
  private readonly lateness: Histogram;

  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(MeasureService) private readonly measures: MeasureService,
    @Inject(SamplesService) private readonly samples: SamplesService,
    @Inject(Jobs) private readonly jobs: Jobs,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(HttpMetrics) { registry }: HttpMetrics,
  ) {
    this.lateness = new Histogram({
      name: "seqpulse_scrape_lateness_seconds",
      help: "Time from the tick that a scrape was due at to its request",
      buckets: [0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers: [registry],
    });
  }

  onModuleInit(): void {
    this.jobs.every({ name: "collector", role: "collector", intervalMs: 200, run: () => this.collectOnce() });
  }

  /** The loop may be turning still: what its last turn claims is asked and recorded as everything before it. */
  async beforeApplicationShutdown(): Promise<void> {
    this.isStopping = true;
    // A turn that fails has been logged by the loop.
    await this.turn.catch(() => undefined);
    await this.settle();
  }

  /** Starts the scrapes that are due, as many as there is room for. Does not wait for their answers. */
  async collectOnce(): Promise<"idle"> {
    if (this.isStopping) return "idle";
    this.turn = this.startDue();
    await this.turn;
    return "idle";
  }

  private async startDue(): Promise<void> {
    for (const scrape of await this.claimDue(MAX_IN_FLIGHT - this.inFlight.size)) {
      const work = this.carryOut(scrape).finally(() => this.inFlight.delete(work));
      this.inFlight.add(work);
    }
  }

  /** Resolves when every scrape that was under way is recorded. */
  async settle(): Promise<void> {
    await Promise.all(this.inFlight);
  }

  /** Takes due endpoints and moves each to its next tick. */
  async claimDue(max: number): Promise<ClaimedScrape[]> {
    if (max <= 0) return [];
    const limits = { max, maxOfWorkspace: MAX_OF_WORKSPACE, busy: this.busy };
    const claimed = await this.databases.inEngine((tx) => claimDue(tx, limits));
    for (const { lateMs } of claimed) this.lateness.observe(lateMs / 1_000);
    return claimed.map(({ scrape }) => scrape);
  }

  private async carryOut(scrape: ClaimedScrape): Promise<void> {
    this.count(scrape.workspaceId, 1);
    try {
      await this.samples.recordSample(scrape, await this.measures.measure(scrape));
    } catch (error) {
      this.logger.error({ err: error, projectId: scrape.projectId }, "a scrape was lost");
    } finally {
      this.count(scrape.workspaceId, -1);
    }
  }

  private count(workspaceId: string, change: 1 | -1): void {
    const count = (this.busy.get(workspaceId) ?? 0) + change;
    if (count === 0) this.busy.delete(workspaceId);
    else this.busy.set(workspaceId, count);
  }
}
