import { Inject, Injectable } from "@nestjs/common";
import type { Backlog, ProcessState, SystemWarning } from "@pulsekeep/contracts/api/admin";
import type { schema } from "@pulsekeep/database";
import { sql } from "drizzle-orm";
import { Databases } from "../../platform/database.js";
import { Jobs } from "../../platform/jobs.js";
import { findSchedulingProblems, type Scheduling } from "./scheduling-problems.js";

/** Four beats: one that comes late is no silence. */
const SILENT_AFTER_MS = 20_000;

type HeartbeatRow = Pick<
  typeof schema.processHeartbeats.$inferSelect,
  "process" | "roles" | "version" | "loops"
> & { started_at: Date; seen_at: Date; silent_ms: number };

type BacklogRow = { work: Backlog["work"]; due: number; oldest_ms: number | null };

/** Whether the work of the whole installation goes on, as its processes and its tables tell. */
@Injectable()
export class SchedulingQueries {
  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(Jobs) private readonly jobs: Jobs,
  ) {}

  async getScheduling(): Promise<Scheduling & { problems: SystemWarning[] }> {
    const [processes, backlog] = await Promise.all([this.listProcesses(), this.listBacklog()]);
    const facts = { neededRoles: this.jobs.neededRoles(), processes, backlog };
    return { ...facts, problems: findSchedulingProblems(facts) };
  }

  /** Every process that has been heard of lately, by name. */
  private async listProcesses(): Promise<ProcessState[]> {
    const { rows } = await this.databases.admin.execute<HeartbeatRow>(
      sql`select process, roles, version, loops, started_at, seen_at,
                 (extract(epoch from now() - seen_at) * 1000)::float8 as silent_ms
          from process_heartbeats order by process`,
    );
    return rows.map(toProcess);
  }

  /**
   * Work that is due by the database's clock. `now()` and not `clock_timestamp()`: with a volatile function no
   * index is searched, and this would read every active pulse.
   */
  private async listBacklog(): Promise<Backlog[]> {
    const { rows } = await this.databases.admin.execute<BacklogRow>(
      sql`select work, count(since)::int as due,
                 (extract(epoch from now() - min(since)) * 1000)::float8 as oldest_ms
          from (values ('pulses'), ('runs'), ('scrapes'), ('verdicts'), ('outbox')) as kind (work)
          left join (
            select 'pulses', next_due_at from pulses where state = 'active' and next_due_at <= now()
            union all
            select 'runs', next_action_at from runs
              where next_action_at <= now() and state in ('planned', 'queued', 'offered', 'claimed')
            union all
            select 'scrapes', next_scrape_at from metric_endpoints where next_scrape_at <= now()
            union all
            select 'verdicts', next_action_at from deployments where next_action_at <= now()
            union all
            select 'outbox', created_at from outbox
          ) as due_work (kind_of, since) on kind_of = work
          group by work order by work`,
    );
    return rows.map(({ work, due, oldest_ms }) => ({ work, due, oldestMs: notNegative(oldest_ms) }));
  }
}

function toProcess(row: HeartbeatRow): ProcessState {
  const silentMs = Math.max(0, row.silent_ms);
  return {
    process: row.process,
    roles: row.roles,
    version: row.version,
    startedAt: new Date(row.started_at).toISOString(),
    seenAt: new Date(row.seen_at).toISOString(),
    alive: silentMs < SILENT_AFTER_MS,
    loops: row.loops.map((loop) => ({ ...loop, idleMs: loop.idleMs + silentMs })),
  };
}

const notNegative = (ms: number | null): number | null => (ms === null ? null : Math.max(0, ms));
