import { Inject, Injectable, type OnModuleInit } from "@nestjs/common";
import { sql } from "drizzle-orm";
import { Databases } from "../../platform/database.js";
import { Jobs } from "../../platform/jobs.js";
import { enqueue, notice } from "../../platform/outbox.js";

/** A notice at each of these days before a root expires; 0 is when it has. */
const NOTICE_DAYS = [30, 14, 7, 1, 0] as const;

/** Says in time that a root expires, and shreds roots whose overlap is over. Harmless to repeat. */
@Injectable()
export class RootExpiryJobs implements OnModuleInit {
  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(Jobs) private readonly jobs: Jobs,
  ) {}

  onModuleInit(): void {
    this.jobs.every({
      name: "roots",
      role: "scheduler",
      // Far below a day: the health check wants to see every loop turn each minute.
      intervalMs: 30_000,
      run: () => this.lookOnce(),
    });
  }

  async lookOnce(): Promise<"idle"> {
    await this.raiseNotices();
    await this.databases.engine.execute(
      sql`update workers set previous_secret_sealed = null, previous_secret_until = null
          where previous_secret_until < now()`,
    );
    return "idle";
  }

  private async raiseNotices(): Promise<void> {
    await this.databases.inEngine(async (tx) => {
      // Of several thresholds that have passed only the last one is news.
      const { rows } = await tx.execute<{ worker_id: string; workspace_id: string }>(sql`
        insert into worker_notices (worker_id, secret_expires_at, days_before, workspace_id)
        select w.id, w.secret_expires_at, d.days, w.workspace_id
        from workers w
        cross join lateral (
          select min(days) as days from unnest(${sql.raw(`array[${NOTICE_DAYS.join()}]`)}) days
          where w.secret_expires_at <= now() + make_interval(days => days)
        ) d
        where w.state in ('active', 'verifying') and d.days is not null
          and w.secret_expires_at <= now() + make_interval(days => ${NOTICE_DAYS[0]})
        on conflict do nothing
        returning worker_id, workspace_id`);
      await enqueue(
        tx,
        ...rows.map(({ worker_id, workspace_id }) => notice(workspace_id, "worker.changed", worker_id)),
      );
    });
  }
}
