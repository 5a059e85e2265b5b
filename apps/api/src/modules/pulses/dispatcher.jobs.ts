import { Inject, Injectable, type OnModuleInit } from "@nestjs/common";
import type { Entry } from "@pulsekeep/streams";
import { Databases } from "../../platform/database.js";
import { Jobs } from "../../platform/jobs.js";
import { Reconciler } from "../../platform/reconciler.jobs.js";
import { Announcer } from "./announcer.js";
import { listOpenLanes } from "./list-open-lanes.js";

/**
 * Wakes the workers that runs were queued for. It writes nothing: a claim takes what stands at the head of a lane,
 * and what nobody claims the sweeper offers.
 */
@Injectable()
export class DispatcherJobs implements OnModuleInit {
  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(Announcer) private readonly announcer: Announcer,
    @Inject(Jobs) private readonly jobs: Jobs,
    @Inject(Reconciler) private readonly reconciler: Reconciler,
  ) {}

  onModuleInit(): void {
    const handle = async (entries: readonly Entry[]) => this.announcer.wakeWorkers(workersOf(entries));
    this.jobs.consume({ topic: "runs.queued", role: "dispatcher", handle });
    this.reconciler.register("runs.queued", listOpenLanes(this.databases));
  }
}

const workersOf = (entries: readonly Entry[]): string[] =>
  entries.flatMap(({ body }) => (typeof body.workerId === "string" ? [body.workerId] : []));
