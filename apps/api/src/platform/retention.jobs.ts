import { Inject, Injectable, type OnModuleInit } from "@nestjs/common";
import { type SQL, sql } from "drizzle-orm";
import { Databases } from "./database.js";
import { Jobs } from "./jobs.js";
import { TOPICS } from "./outbox.js";
import { TRANSPORT, type Transport } from "./transport.js";

const SAMPLE_RETENTION_DAYS = 30;
const BATCH = 1_000;
/** Of one topic. Somebody should have looked long before there are as many. */
const MAX_DEAD_LETTERS = 40_000;

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
 * Makes room before it is needed and gives it back: partitions ahead, old samples, expired rows and the oldest
 * dead letters gone. Each step is harmless to repeat, so every process with this role may do it.
 */
@Injectable()
export class RetentionJobs implements OnModuleInit {
  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(TRANSPORT) private readonly transport: Transport,
    @Inject(Jobs) private readonly jobs: Jobs,
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
    let more = false;
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
}
