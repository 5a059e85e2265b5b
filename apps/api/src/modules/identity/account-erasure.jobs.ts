import { Inject, Injectable, type OnModuleInit } from "@nestjs/common";
import { sql } from "drizzle-orm";
import { Databases } from "../../platform/database.js";
import { Jobs, type Turn } from "../../platform/jobs.js";
import { LOGGER, type Logger } from "../../platform/logger.js";

/** What was under way when the account was deleted may still record something: looked for until then. */
const LOOK_FOR_SECONDS = 3_600;
const LOOK_AGAIN_SECONDS = 60;

/**
 * Takes the audit of deleted accounts out of the log: once the entry that says so has its place, the others and
 * their salts go, and with the salts goes the only way to tell what the hashes were of.
 */
@Injectable()
export class AccountErasureJobs implements OnModuleInit {
  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(Jobs) private readonly jobs: Jobs,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    this.jobs.every({
      name: "account-erasure",
      role: "scheduler",
      intervalMs: 2_000,
      run: () => this.eraseNext(),
    });
  }

  /** One account in one transaction: a crash leaves it for the next turn. */
  async eraseNext(): Promise<Turn> {
    return this.databases.inEngine(async (tx) => {
      const { rows } = await tx.execute<{ id: string; is_over: boolean }>(
        sql`select a.workspace_id as id, a.deleted_at < now() - make_interval(secs => ${LOOK_FOR_SECONDS}) as is_over
            from account_erasures a
            where a.next_action_at <= now() and exists (
              select from audit_entries e join audit_leaves l on l.entry_id = e.id
              where e.workspace_id = a.workspace_id and e.action = 'account.deleted')
            order by a.next_action_at limit 1 for update of a skip locked`,
      );
      const [due] = rows;
      if (!due) return "idle";
      const erased = await tx.execute<{ count: number }>(sql`select erase_audit_of(${due.id}) as count`);
      await tx.execute(
        due.is_over
          ? sql`delete from account_erasures where workspace_id = ${due.id}`
          : sql`update account_erasures set next_action_at = now() + make_interval(secs => ${LOOK_AGAIN_SECONDS})
                where workspace_id = ${due.id}`,
      );
      this.logger.info({ entries: erased.rows[0]?.count ?? 0 }, "audit of a deleted account erased");
      return "more";
    });
  }
}
