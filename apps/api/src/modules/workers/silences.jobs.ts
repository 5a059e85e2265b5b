import { Inject, Injectable, type OnModuleInit } from "@nestjs/common";
import type { Transaction } from "@pulsekeep/database";
import { sql } from "drizzle-orm";
import { Databases } from "../../platform/database.js";
import { Jobs } from "../../platform/jobs.js";
import { enqueue, notice } from "../../platform/outbox.js";
import { type AuditAction, AuditService } from "../audit/audit.service.js";
import { CADENCES, MISSED_CHECK_INS, silentAfterMinutes } from "./next-check-in.js";
import { SilenceMails } from "./silence-mails.js";

/** A break in looking that is longer than this was one of ours: no worker could check in then. */
const BREAK_MINUTES = 5;
const AT_ONCE = 200;

type Silence = { workerId: string; workspaceId: string; since: string };

/**
 * Notices workers that stay away, be it that their schedule was switched off, that their machine is down or that
 * somebody keeps them from us (a freeze); says so once for each silence, and when they are back. Harmless to repeat.
 */
@Injectable()
export class SilencesJobs implements OnModuleInit {
  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(AuditService) private readonly audit: AuditService,
    @Inject(SilenceMails) private readonly mails: SilenceMails,
    @Inject(Jobs) private readonly jobs: Jobs,
  ) {}

  onModuleInit(): void {
    this.jobs.every({
      name: "silences",
      role: "scheduler",
      intervalMs: 20_000,
      run: () => this.lookOnce(),
    });
  }

  async lookOnce(): Promise<"idle" | "more"> {
    const raised = await this.databases.inEngine(async (tx) => {
      await this.endThose(tx);
      return this.raiseNew(tx, await watchedSince(tx));
    });
    await this.mails.sendDue();
    return raised === AT_ONCE ? "more" : "idle";
  }

  private async raiseNew(tx: Transaction, watched: string): Promise<number> {
    const late = sql.join(
      Object.entries(CADENCES).map(
        ([kind, { everyMinutes }]) =>
          sql`(w.kind = ${kind}
               and greatest(w.next_check_in_at, ${watched}::timestamptz + make_interval(mins => ${everyMinutes}))
                   <= now() - make_interval(mins => ${silentAfterMinutes(kind as keyof typeof CADENCES)}))`,
      ),
      sql` or `,
    );
    const { rows } = await tx.execute<Silence>(sql`
      insert into worker_silences (worker_id, since, workspace_id, missed)
      select w.id, w.last_handshake_at, w.workspace_id, ${MISSED_CHECK_INS}
      from workers w
      where w.state in ('active', 'verifying') and w.last_handshake_at is not null and (${late})
        and not exists (select from worker_silences s where s.worker_id = w.id and s.since = w.last_handshake_at)
      limit ${AT_ONCE}
      on conflict do nothing
      returning worker_id as "workerId", workspace_id as "workspaceId", since::text as since`);
    await this.tell(tx, "worker.went_silent", rows);
    return rows.length;
  }

  private async endThose(tx: Transaction): Promise<void> {
    const { rows } = await tx.execute<Silence & { removed: boolean }>(sql`
      update worker_silences s set ended_at = now()
      from workers w
      where s.ended_at is null and w.id = s.worker_id
        and (w.last_handshake_at > s.since or w.state = 'removed')
      returning s.worker_id as "workerId", s.workspace_id as "workspaceId", s.since::text as since,
        w.state = 'removed' as removed`);
    await this.tell(
      tx,
      "worker.came_back",
      rows.filter(({ removed }) => !removed),
    );
  }

  private async tell(tx: Transaction, action: AuditAction, silences: readonly Silence[]): Promise<void> {
    for (const { workerId, workspaceId, since } of silences)
      await this.audit.record(tx, {
        workspaceId,
        action,
        actor: { kind: "system", id: null },
        subject: { kind: "worker", id: workerId },
        facts: { lastHandshakeAt: new Date(since).toISOString() },
      });
    await enqueue(
      tx,
      ...silences.map(({ workspaceId, workerId }) => notice(workspaceId, "worker.changed", workerId)),
    );
  }
}

/** Since when somebody has looked without a break; now, after one. */
async function watchedSince(tx: Transaction): Promise<string> {
  const { rows } = await tx.execute<{ since: string }>(sql`
    insert into worker_watch as w (id) values (1)
    on conflict (id) do update set looked_at = now(),
      since = case when w.looked_at < now() - make_interval(mins => ${BREAK_MINUTES}) then now() else w.since end
    returning since::text`);
  const [row] = rows;
  if (!row) throw new Error("The watch of workers has no row");
  return row.since;
}
