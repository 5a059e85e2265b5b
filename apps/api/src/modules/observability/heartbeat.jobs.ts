import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from "@nestjs/common";
import type { schema } from "@pulsekeep/database";
import { sql } from "drizzle-orm";
import { ENV, type Env } from "../../env.js";
import { Clock } from "../../platform/clock.js";
import { Databases } from "../../platform/database.js";
import { Jobs } from "../../platform/jobs.js";
import { LOGGER, type Logger } from "../../platform/logger.js";
import { Loop } from "../../platform/loop.js";
import { VERSION } from "../../platform/version.js";

const INTERVAL_MS = 5_000;

type LoopBeats = (typeof schema.processHeartbeats.$inferInsert)["loops"];

/**
 * Says every few seconds that this process lives, and how its loops do. Instants are the database's, so that
 * a process with a wrong clock does not look dead or alive by it. Not one of the `Jobs`: every process beats,
 * whatever its roles, and a loop that reports on the others is not reported on itself.
 */
@Injectable()
export class HeartbeatJobs implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly loop: Loop;
  private readonly startedAt: Date;

  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(Jobs) private readonly jobs: Jobs,
    @Inject(ENV) private readonly env: Env,
    @Inject(Clock) clock: Clock,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.startedAt = clock.now();
    this.loop = new Loop({ name: "heartbeat", intervalMs: INTERVAL_MS, run: () => this.beatOnce(), logger });
  }

  /** The first beat comes before the first request: a process that answers is one that is known. */
  async onApplicationBootstrap(): Promise<void> {
    await this.beatOnce();
    this.loop.start();
  }

  /** A process that ends in order leaves no silence behind. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.loop.stop();
    await this.databases.engine.execute(
      sql`delete from process_heartbeats where process = ${this.jobs.consumer}`,
    );
  }

  async beatOnce(): Promise<"idle"> {
    await this.databases.engine.execute(
      sql`insert into process_heartbeats as h (process, roles, version, loops, started_at, seen_at)
          values (${this.jobs.consumer}, ${sql.param([...this.env.PULSEKEEP_ROLES])}, ${VERSION},
            ${JSON.stringify(this.loopBeats())}, clock_timestamp(), clock_timestamp())
          on conflict (process) do update set loops = excluded.loops, seen_at = excluded.seen_at`,
    );
    // Long enough to be noticed by whoever looks, short enough not to gather the dead of every deployment.
    await this.databases.engine.execute(
      sql`delete from process_heartbeats where seen_at < clock_timestamp() - interval '15 minutes'`,
    );
    return "idle";
  }

  private loopBeats(): LoopBeats {
    const nowMs = Date.now();
    return this.jobs.heartbeats().map(({ name, role, lastTurnAt, lastFailure }) => ({
      name,
      role,
      idleMs: Math.max(0, nowMs - (lastTurnAt ?? this.startedAt).getTime()),
      failure: lastFailure,
    }));
  }
}
