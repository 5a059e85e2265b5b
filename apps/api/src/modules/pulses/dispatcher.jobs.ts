import { Inject, Injectable, type OnModuleInit } from "@nestjs/common";
import type { Entry } from "@pulsekeep/streams";
import { Databases } from "../../platform/database.js";
import { Jobs } from "../../platform/jobs.js";
import { Reconciler } from "../../platform/reconciler.jobs.js";
import { Announcer } from "./announcer.js";
import { listOpenLanes } from "./list-open-lanes.js";
import { offerHeads } from "./offer-heads.js";

/** Makes the head of each lane claimable, and wakes the worker that waits for it. */
@Injectable()
export class DispatcherJobs implements OnModuleInit {
  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(Announcer) private readonly announcer: Announcer,
    @Inject(Jobs) private readonly jobs: Jobs,
    @Inject(Reconciler) private readonly reconciler: Reconciler,
  ) {}

  onModuleInit(): void {
    const handle = (entries: readonly Entry[]) => this.offerHeads(lanesOf(entries));
    this.jobs.consume({ topic: "runs.queued", role: "dispatcher", handle });
    this.reconciler.register("runs.queued", listOpenLanes(this.databases));
  }

  /** Offers what stands at the head of these lanes. Harmless to repeat. */
  async offerHeads(laneIds: readonly string[]): Promise<void> {
    if (laneIds.length === 0) return;
    const offered = await this.databases.inEngineStatements((db) => offerHeads(db, laneIds));
    await this.announcer.announceOffered(offered);
  }
}

const lanesOf = (entries: readonly Entry[]): string[] => [
  ...new Set(entries.flatMap(({ body }) => (typeof body.laneId === "string" ? [body.laneId] : []))),
];
