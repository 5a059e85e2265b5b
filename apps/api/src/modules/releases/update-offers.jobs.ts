import { Inject, Injectable, type OnModuleInit } from "@nestjs/common";
import { schema } from "@pulsekeep/database";
import { compareVersions } from "@pulsekeep/signing";
import { and, eq, gt } from "drizzle-orm";
import { Clock } from "../../platform/clock.js";
import { Databases } from "../../platform/database.js";
import { Jobs } from "../../platform/jobs.js";
import { UpdateRunsService } from "../pulses/update-runs.service.js";
import { ReleasesService, type SignedRelease } from "./releases.service.js";

const { workers } = schema;
const AT_ONCE = 200;
const LOOK_EVERY_MS = 5 * 60_000;
const FIRST = "00000000-0000-0000-0000-000000000000";

/** Offers the newest release to workers in repositories that have an older one; each decides for itself. */
@Injectable()
export class UpdateOffersJobs implements OnModuleInit {
  /** Where the walk through the workers goes on. */
  private after = FIRST;
  private nextLookAt = new Date(0);
  /** Workers that need no second look for the newest release: versions only go up. */
  private settled = { name: "", workers: new Set<string>() };

  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(Jobs) private readonly jobs: Jobs,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(ReleasesService) private readonly releases: ReleasesService,
    @Inject(UpdateRunsService) private readonly runs: UpdateRunsService,
  ) {}

  onModuleInit(): void {
    this.jobs.every({
      name: "update-offers",
      role: "scheduler",
      // A loop that ends no turn for a minute counts as standing still, and health says so.
      intervalMs: 20_000,
      run: () => this.turn(),
    });
  }

  private async turn(): Promise<"idle" | "more"> {
    const now = this.clock.now();
    if (now < this.nextLookAt) return "idle";
    const found = await this.offerNewest();
    if (found === "idle") this.nextLookAt = new Date(now.getTime() + LOOK_EVERY_MS);
    return found;
  }

  async offerNewest(): Promise<"idle" | "more"> {
    const release = await this.releases.findNewest();
    if (!release || new Date(release.manifest.expiresAt) <= this.clock.now()) return "idle";
    const found = await this.databases.inEngine((tx) =>
      tx
        .select({ id: workers.id, workspaceId: workers.workspaceId })
        .from(workers)
        .where(and(gt(workers.id, this.after), eq(workers.state, "active"), eq(workers.kind, "actions")))
        .orderBy(workers.id)
        .limit(AT_ONCE),
    );
    const name = `${release.manifest.root}:${release.manifest.version}`;
    if (this.settled.name !== name) this.settled = { name, workers: new Set() };
    for (const worker of found) {
      if (this.settled.workers.has(worker.id)) continue;
      await this.offer(worker, release);
      this.settled.workers.add(worker.id);
    }
    const last = found.length === AT_ONCE ? found.at(-1) : undefined;
    this.after = last?.id ?? FIRST;
    return last ? "more" : "idle";
  }

  /** The engine sees which workers there are; what they are, each tenant's own rights say. */
  private async offer(
    worker: { id: string; workspaceId: string },
    { manifest, params }: SignedRelease,
  ): Promise<void> {
    await this.databases.inTenant(worker, async (tx) => {
      const [locked] = await tx
        .select({ version: workers.version })
        .from(workers)
        .where(and(eq(workers.id, worker.id), eq(workers.state, "active")))
        .for("update");
      if (!locked?.version || compareVersions(locked.version, manifest.version) >= 0) return;
      await this.runs.queueUpdate(tx, worker, { name: `${manifest.root}:${manifest.version}`, params });
    });
  }
}
