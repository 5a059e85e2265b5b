import { Inject, Injectable } from "@nestjs/common";
import type { Statement } from "@pulsekeep/database";
import { AppError } from "../../http/app-error.js";
import type { Tenant } from "../../platform/database.js";
import { bigintArray, uuidArray } from "../../platform/binary-array.js";
import { Databases, isRefusedData } from "../../platform/database.js";
import { Gather } from "../../platform/gather.js";
import { newId } from "../../platform/ids.js";
import { Announcer } from "./announcer.js";
import { FIRST_LOOK_SECONDS, RunRules } from "./run-rules.js";
import { numberLanes } from "./take-seqs.js";

/** Pulses with their lanes, which all lock in one order, so that no two wait for each other. $1 pulses. */
const lockLanesOf: Statement = {
  name: "lock_lanes_of",
  text: `select p.id, p.workspace_id, p.worker_id, p.lane_id, l.next_seq::float8 as next_seq,
      w.state = 'removed' as is_worker_removed
    from pulses p join lanes l on l.id = p.lane_id join workers w on w.id = p.worker_id
    where p.id = any($1::uuid[]) order by l.id for update of l`,
};

/** $1 ids, $2 pulses, $3 numbers in the lane; $4 seconds until late, $5 of the window. */
const insertRunsNow: Statement = {
  name: "insert_runs_now",
  text: `insert into runs (id, workspace_id, worker_id, pulse_id, lane_id, kind, state, slot, seq, nominal_at,
      planned_at, late_after, window_ends_at, next_action_at)
    select t.id, p.workspace_id, p.worker_id, p.id, p.lane_id, p.kind, 'queued', 'now:' || t.id, t.seq, at, at,
      at + make_interval(secs => $4), at + make_interval(secs => $5), at + interval '${FIRST_LOOK_SECONDS} s'
    from unnest($1::uuid[], $2::uuid[], $3::bigint[]) as t (id, pulse_id, seq)
    join pulses p on p.id = t.pulse_id, (select clock_timestamp() as at) clock
    returning id`,
};

/** The new run, or why there is none. */
type Answer = { runId: string } | { refused: "not_found" | "worker_not_ready" };
type Asked = { workspaceId: string; pulseId: string };
type FoundPulse = {
  id: string;
  workspace_id: string;
  worker_id: string;
  lane_id: string;
  next_seq: number;
  is_worker_removed: boolean;
};

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
    const answers = asked.map((): Answer => ({ refused: "not_found" }));
    const runs = await this.databases.inClaims(
      asked.map(({ workspaceId }) => workspaceId),
      async (db) => {
        const pulses = await db.run<FoundPulse>(lockLanesOf, [
          uuidArray(asked.map(({ pulseId }) => pulseId)),
        ]);
        const byId = new Map(pulses.map((pulse) => [pulse.id, pulse]));
        const wanted = asked.flatMap(({ workspaceId, pulseId }, place) => {
          const pulse = byId.get(pulseId);
          // The transaction sees all workspaces of the batch: whose pulse it is decides here.
          if (pulse?.workspace_id !== workspaceId) return [];
          if (!pulse.is_worker_removed) return [{ place, pulse, id: newId() }];
          answers[place] = { refused: "worker_not_ready" };
          return [];
        });
        if (wanted.length === 0) return [];
        const { seqs, moved } = numberLanes(
          db,
          wanted.map(({ pulse }) => pulse.lane_id),
          wanted.map(({ pulse }) => ({ id: pulse.lane_id, next_seq: pulse.next_seq })),
        );
        const inserted = db.runLast<{ id: string }>(insertRunsNow, [
          uuidArray(wanted.map(({ id }) => id)),
          uuidArray(wanted.map(({ pulse }) => pulse.id)),
          bigintArray(seqs),
          this.rules.lateSeconds,
          this.rules.windowSeconds,
        ]);
        const [, written] = await Promise.all([moved, inserted]);
        // A pulse may have been deleted in between.
        const ids = new Set(written.map(({ id }) => id));
        return wanted.filter(({ id }) => ids.has(id));
      },
    );
    this.announcer.announceQueued([...new Set(runs.map(({ pulse }) => pulse.worker_id))]);
    this.announcer.announceChanged(runs.map(({ id, pulse }) => ({ id, workspaceId: pulse.workspace_id })));
    for (const { place, id } of runs) answers[place] = { runId: id };
    return answers;
  }
}
