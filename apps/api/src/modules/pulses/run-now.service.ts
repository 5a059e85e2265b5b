import { Inject, Injectable } from "@nestjs/common";
import type { Statement } from "@pulsekeep/database";
import { AppError } from "../../http/app-error.js";
import { uuidArray } from "../../platform/binary-array.js";
import { Databases, isRefusedData, type Tenant } from "../../platform/database.js";
import { Gather } from "../../platform/gather.js";
import { newId } from "../../platform/ids.js";
import { Announcer } from "./announcer.js";
import { FIRST_LOOK_SECONDS, RunRules } from "./run-rules.js";

/** All lock lanes in one order, so that no two wait for each other. $1 pulses. */
const lockLanesOf: Statement = {
  name: "lock_lanes_of",
  text: `select from lanes where id in (select lane_id from pulses where id = any($1::uuid[]))
    order by id for update`,
};

/**
 * Numbers a run at the end of its lane for each pulse that is there, and queues it. $1 ids, $2 pulses, $3 their
 * workspaces: the transaction sees all those of the batch, and whose pulse it is decides here; $4 seconds until late,
 * $5 of the window. Returns the pulses that were found.
 */
const queueRunsNow: Statement = {
  name: "queue_runs_now",
  text: `with found as materialized (
      select t.place, t.id, p.id as pulse_id, p.workspace_id, p.worker_id, p.lane_id, p.kind, l.next_seq,
        w.state = 'removed' as is_worker_removed
      from unnest($1::uuid[], $2::uuid[], $3::uuid[]) with ordinality as t (id, pulse_id, workspace_id, place)
      join pulses p on p.id = t.pulse_id and p.workspace_id = t.workspace_id
      join lanes l on l.id = p.lane_id join workers w on w.id = p.worker_id
      -- A pulse that has changed its lane since they were locked.
      order by l.id, t.place for update of l
    ), numbered as (
      select *, next_seq + row_number() over (partition by lane_id order by place) - 1 as seq
      from found where not is_worker_removed
    ), moved as (
      update lanes l set next_seq = last.seq + 1
      from (select lane_id, max(seq) as seq from numbered group by lane_id) last where l.id = last.lane_id
    ), queued as (
      insert into runs (id, workspace_id, worker_id, pulse_id, lane_id, kind, state, slot, seq, nominal_at,
        planned_at, late_after, window_ends_at, next_action_at)
      select id, workspace_id, worker_id, pulse_id, lane_id, kind, 'queued', 'now:' || id, seq, at, at,
        at + make_interval(secs => $4), at + make_interval(secs => $5), at + interval '${FIRST_LOOK_SECONDS} s'
      from numbered, (select clock_timestamp() as at) clock
    )
    select (place - 1)::int as place, worker_id, is_worker_removed from found`,
};

/** The new run, or why there is none. */
type Answer = { runId: string } | { refused: "not_found" | "worker_not_ready" };
type Asked = { workspaceId: string; pulseId: string };
type FoundPulse = { place: number; worker_id: string; is_worker_removed: boolean };

/** Queues runs beside the schedule, at the end of their lanes and due at once. */
@Injectable()
export class RunNowService {
  private readonly asked: Gather<Asked, Answer>;

  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(Announcer) private readonly announcer: Announcer,
    @Inject(RunRules) private readonly rules: RunRules,
  ) {
    this.asked = new Gather({
      max: 250,
      concurrency: 2,
      isOneAtFault: isRefusedData,
      run: (asked) => this.queueTogether(asked),
    });
  }

  /**
   * Returns the id of the new run.
   *
   * @throws AppError `not_found`, and `worker_not_ready` where the worker that it would wait for was removed
   */
  async queueRun({ workspaceId }: Tenant, pulseId: string): Promise<string> {
    const answer = await this.asked.call({ workspaceId, pulseId });
    if ("refused" in answer) throw new AppError(answer.refused);
    return answer.runId;
  }

  private async queueTogether(asked: readonly Asked[]): Promise<Answer[]> {
    const ids = asked.map(() => newId());
    const workspaceIds = asked.map(({ workspaceId }) => workspaceId);
    const pulses = uuidArray(asked.map(({ pulseId }) => pulseId));
    // One packet and two looks: the second sees what was done while the first waited.
    const [, found] = await this.databases.inClaims(workspaceIds, (db) =>
      Promise.all([
        db.run(lockLanesOf, [pulses]),
        db.runLast<FoundPulse>(queueRunsNow, [
          uuidArray(ids),
          pulses,
          uuidArray(workspaceIds),
          this.rules.lateSeconds,
          this.rules.windowSeconds,
        ]),
      ]),
    );
    const answers = asked.map((): Answer => ({ refused: "not_found" }));
    for (const { place, is_worker_removed } of found)
      answers[place] = is_worker_removed ? { refused: "worker_not_ready" } : { runId: ids[place] as string };
    const queued = found.filter(({ is_worker_removed }) => !is_worker_removed);
    this.announcer.announceQueued([...new Set(queued.map(({ worker_id }) => worker_id))]);
    this.announcer.announceChanged(
      queued.map(({ place }) => ({ id: ids[place] as string, workspaceId: workspaceIds[place] as string })),
    );
    return answers;
  }
}
