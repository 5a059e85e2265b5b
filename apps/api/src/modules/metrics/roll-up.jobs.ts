import { Inject, Injectable, type OnModuleInit } from "@nestjs/common";
import { sql } from "drizzle-orm";
import { Databases } from "../../platform/database.js";
import { Jobs } from "../../platform/jobs.js";
import { findNewestHour, floorHour, rollUp } from "./roll-up.js";

const HOUR_MS = 3_600_000;
/** Hours are summed up once nothing that is on time comes any more. */
const SETTLED_MS = HOUR_MS + 300_000;
const SAMPLES_KEPT_MS = 30 * 24 * HOUR_MS;
const MAX_HOURS_AT_ONCE = 6;
/** Samples may be pushed so much later than they were measured, into hours that had none. */
const LATEST_MS = 25 * HOUR_MS;
const KEPT_DAYS = 400;

/** Sums samples up by the hour before their partitions go. */
@Injectable()
export class RollUpJobs implements OnModuleInit {
  /** Hours without any sample leave no row to go on from. */
  private doneUntilMs = 0;

  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(Jobs) private readonly jobs: Jobs,
  ) {}

  onModuleInit(): void {
    this.jobs.every({ name: "roll-up", role: "collector", intervalMs: 30_000, run: () => this.rollUpOnce() });
  }

  /** Sums up the next hours that are over. Harmless to repeat, and in several processes at once. */
  async rollUpOnce(): Promise<"idle" | "more"> {
    const { engine } = this.databases;
    const { rows } = await engine.execute<{ now: string }>(sql`select now() as now`);
    const nowMs = new Date(rows[0]?.now ?? 0).getTime();
    const settledMs = floorHour(nowMs - SETTLED_MS);
    if (this.doneUntilMs >= settledMs) return "idle";
    const newest = await findNewestHour(engine);
    const knownMs = newest === undefined ? 0 : newest.getTime() + HOUR_MS;
    const fromMs = Math.max(knownMs, this.doneUntilMs - LATEST_MS, floorHour(nowMs - SAMPLES_KEPT_MS));
    const toMs = Math.min(Math.max(fromMs, this.doneUntilMs) + MAX_HOURS_AT_ONCE * HOUR_MS, settledMs);
    if (fromMs < toMs) await rollUp(engine, { fromAt: new Date(fromMs), toAt: new Date(toMs) });
    this.doneUntilMs = toMs;
    await engine.execute(
      sql`delete from metric_rollups where at < now() - make_interval(days => ${KEPT_DAYS}::int)`,
    );
    return toMs < settledMs ? "more" : "idle";
  }
}
