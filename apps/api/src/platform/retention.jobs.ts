import { Inject, Injectable, type OnModuleInit } from "@nestjs/common";
import { type SQL, sql } from "drizzle-orm";
import { ENV, type Env } from "../env.js";
import { Databases } from "./database.js";
import { Jobs } from "./jobs.js";
import { TOPICS } from "./outbox.js";
import { TRANSPORT, type Transport } from "./transport.js";

const SAMPLE_RETENTION_DAYS = 30;
const BATCH = 1_000;
/** Of one topic. Somebody should have looked long before there are as many. */
const MAX_DEAD_LETTERS = 40_000;
const BEFORE_ALL = "00000000-0000-0000-0000-000000000000";
/** What stays among the old runs, because it was still needed, is looked at again after so long. */
const WALK_MS = 86_400_000;

/**
 * What may go once its time is over. Adding one: a row here, and the DELETE grant of the role.
 * `key` are the columns that name a row, `keepDays` how long it stays beyond its time.
 */
const EXPIRING: readonly { table: SQL; key: SQL; role: "engine" | "identity"; keepDays?: number }[] = [
  { table: sql`worker_nonces`, key: sql`worker_id, jti`, role: "engine" },
  // The record of the handshakes, for who wants to see them.
  { table: sql`worker_sessions`, key: sql`id`, role: "engine", keepDays: 7 },
  { table: sql`proof_links`, key: sql`id`, role: "engine" },
  { table: sql`idempotency_keys`, key: sql`project_id, key`, role: "engine" },
  { table: sql`sessions`, key: sql`id`, role: "identity" },
  { table: sql`verifications`, key: sql`id`, role: "identity" },
];

/**
 * Makes room before it is needed and gives it back: partitions ahead, old samples, old runs, expired rows and the
 * oldest dead letters gone. Each step is harmless to repeat, so every process with this role may do it.
 */
@Injectable()
export class RetentionJobs implements OnModuleInit {
  /** How far the old runs have been looked at, by their ids, and since when. */
  private walk = { after: BEFORE_ALL, startedMs: performance.now() };

  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(TRANSPORT) private readonly transport: Transport,
    @Inject(Jobs) private readonly jobs: Jobs,
    @Inject(ENV) private readonly env: Env,
  ) {}

  onModuleInit(): void {
    this.jobs.every({
      name: "retention",
      role: "scheduler",
      // Far below a day: the health check wants to see every loop turn each minute.
      intervalMs: 30_000,
      run: () => this.tidyOnce(),
    });
  }

  /** "more" while a table may hold further expired rows. */
  async tidyOnce(): Promise<"idle" | "more"> {
    await this.databases.engine.execute(sql`select ensure_partitions(now())`);
    await this.databases.engine.execute(sql`select drop_old_samples(now(), ${SAMPLE_RETENTION_DAYS})`);
    let more = await this.deleteOldRuns();
    for (const { table, key, role, keepDays = 0 } of EXPIRING) {
      const { rowCount } = await this.databases[role].execute(
        sql`delete from ${table} where (${key}) in
              (select ${key} from ${table} where expires_at < now() - make_interval(days => ${keepDays}) limit ${BATCH})`,
      );
      more ||= rowCount === BATCH;
    }
    for (const topic of Object.keys(TOPICS))
      if (topic !== "notices") await this.transport.trim(topic, { maxDeadLetters: MAX_DEAD_LETTERS });
    return more ? "more" : "idle";
  }

  /** Deletes ended runs in the order of their age; answers whether there may be more of them. */
  private async deleteOldRuns(): Promise<boolean> {
    if (performance.now() - this.walk.startedMs > WALK_MS)
      this.walk = { after: BEFORE_ALL, startedMs: performance.now() };
    const { rows } = await this.databases.engine.execute<{ last_id: string | null; more: boolean }>(
      sql`select last_id, more from delete_old_runs(${this.walk.after}, ${this.env.PULSEKEEP_KEEP_RUNS_DAYS})`,
    );
    this.walk.after = rows[0]?.last_id ?? this.walk.after;
    return rows[0]?.more ?? false;
  }
}
