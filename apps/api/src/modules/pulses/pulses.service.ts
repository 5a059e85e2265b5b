import { Inject, Injectable } from "@nestjs/common";
import type {
  PulseCreate,
  PulsePreview,
  PulsePreviewRequest,
  PulseUpdate,
} from "@pulsekeep/contracts/api/pulses";
import type { Jitter, MessageSettings, RestRules } from "@pulsekeep/contracts/schedule";
import { schema, type Transaction } from "@pulsekeep/database";
import { previewRuns } from "@pulsekeep/schedule";
import { and, eq, isNull, ne, sql } from "drizzle-orm";
import type { UserCaller } from "../../http/caller.js";
import { Clock } from "../../platform/clock.js";
import { Databases, type Tenant } from "../../platform/database.js";
import { newId, newSecret } from "../../platform/ids.js";
import { enqueue, notice } from "../../platform/outbox.js";
import { actorOf, type AuditAction, AuditService } from "../audit/audit.service.js";
import { laneOf } from "./lane-of.js";
import { PlannerJobs } from "./planner.jobs.js";
import { listPreviewGaps } from "./preview-gaps.js";
import { firstColumns, readClock, replanColumns, timingChanged } from "./pulse-cursor.js";
import {
  cancelledBy,
  cancelRunsOf,
  getWorker,
  lockPulse,
  refuseCancel,
  refuseTooMany,
} from "./pulse-rows.js";
import { taskColumn, taskOf, workflowOf } from "./pulse-task.js";
import { ensureLane, insertQueuedRun } from "./queue-run.js";
import { RunNowService } from "./run-now.service.js";
import { PULSE_DELETED, RunRules } from "./run-rules.js";
import { refuseFaultySchedule, refuseFaultyTarget, refuseFaultyTemplates } from "./refuse-faulty.js";

const { pulses, runs } = schema;

const DEFAULT_JITTER: Jitter = { shape: "uniform", windowMinutes: 20, minimumGapMinutes: 0 };
const DEFAULT_REST: RestRules = { restWeekdays: [], skipDates: [], freezes: [], pausedUntil: null };
const defaultMessage = (locale: MessageSettings["locale"]): MessageSettings => ({
  style: "pro",
  locale,
  templates: [],
});

/** Creates, edits and ends pulses. */
@Injectable()
export class PulsesService {
  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(AuditService) private readonly audit: AuditService,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(RunRules) private readonly rules: RunRules,
    @Inject(PlannerJobs) private readonly planner: PlannerJobs,
    @Inject(RunNowService) private readonly runs: RunNowService,
  ) {}

  /**
   * Returns the id of the new pulse.
   *
   * @throws AppError `not_found`, `invalid_schedule`, `too_many_pulses`
   */
  async createPulse(caller: UserCaller, input: PulseCreate): Promise<string> {
    refuseFaultySchedule(input.schedule);
    refuseFaultyTemplates(input.message);
    refuseFaultyTarget(input.target);
    return this.databases.inTenant(caller, async (tx) => {
      await refuseTooMany(tx, caller.workspaceId, this.rules.pulsesPerWorkspace);
      const worker = await getWorker(tx, input.workerId);
      const repository = input.target?.repository ?? worker.repositoryFullName;
      const branch = input.target?.branch ?? worker.defaultBranch;
      const row = {
        id: newId(),
        workspaceId: caller.workspaceId,
        workerId: worker.id,
        laneId: await laneOf(tx, worker, {
          kind: input.kind,
          repository,
          branch,
          workflow: workflowOf(input),
        }),
        kind: input.kind,
        name: input.name,
        schedule: input.schedule,
        timeZone: input.timeZone,
        jitter: input.jitter ?? DEFAULT_JITTER,
        rest: input.rest ?? DEFAULT_REST,
        message: input.message ?? defaultMessage(caller.locale),
        change: taskOf(input),
        targetRepository: input.target?.repository ?? null,
        targetBranch: input.target?.branch ?? null,
        recovery: input.recovery,
        jitterSecret: newSecret(16),
      };
      await tx.insert(pulses).values({ ...row, ...firstColumns(row, await readClock(tx)) });
      await this.leaveTrace(tx, caller, "pulse.created", row);
      return row.id;
    });
  }

  /**
   * Edits a pulse. What was due before keeps the settings that it was due by, so that an edit neither drops a run
   * nor makes it twice; the new settings hold for what is planned for later than now.
   *
   * @throws AppError `not_found`, `invalid_schedule`
   */
  async updatePulse(caller: UserCaller, id: string, update: PulseUpdate): Promise<void> {
    if (update.schedule) refuseFaultySchedule(update.schedule);
    refuseFaultyTemplates(update.message);
    while (!(await this.tryUpdate(caller, id, update))) await this.planner.planDue(id);
  }

  /** False, and nothing is done, while something is due that is not planned yet. */
  private async tryUpdate(caller: UserCaller, id: string, update: PulseUpdate): Promise<boolean> {
    return this.databases.inTenant(caller, async (tx) => {
      const row = await lockPulse(tx, id);
      const now = await readClock(tx);
      if (row.state === "active" && row.nextDueAt !== null && row.nextDueAt <= now) return false;
      const { task: _task, change: _change, ...rest } = update;
      const columns = { ...rest, ...taskColumn(row, update) };
      const changed = { ...row, ...columns };
      const state = update.state ?? (row.state === "finished" && update.schedule ? "active" : row.state);
      const resumed = row.state !== "active" && state === "active";
      if (resumed) await getWorker(tx, row.workerId);
      await tx
        .update(pulses)
        .set({
          ...columns,
          state,
          updatedAt: now,
          // What a pause left out is not caught up.
          ...(resumed ? await replanColumns(tx, { ...changed, cursorAt: now }, now) : {}),
          ...(!resumed && timingChanged(update) ? await replanColumns(tx, changed, now) : {}),
        })
        .where(eq(pulses.id, id));
      await this.leaveTrace(tx, caller, "pulse.updated", changed, { fields: Object.keys(update).join(", ") });
      return true;
    });
  }

  /** Ends a pulse; its open runs are cancelled and its history stays with the worker. */
  async deletePulse(caller: UserCaller, id: string): Promise<void> {
    await this.databases.inTenant(caller, async (tx) => {
      // Its runs first, as the sweeper locks them: else the two could wait for each other.
      await cancelRunsOf(tx, id);
      const row = await lockPulse(tx, id);
      // What was planned in between.
      await cancelRunsOf(tx, id);
      // Of what a worker has, this says that nobody wants it any more.
      const reason = sql`case when state = 'claimed' then coalesce(reason, ${PULSE_DELETED}) else reason end`;
      await tx.update(runs).set({ pulseId: null, reason }).where(eq(runs.pulseId, id));
      await tx.delete(pulses).where(eq(pulses.id, id));
      await this.leaveTrace(tx, caller, "pulse.deleted", row, { name: row.name });
      await enqueue(tx, claimable(row.workerId));
    });
  }

  /**
   * Queues one run at once, beside the schedule; returns its id. It waits for the worker's next check-in.
   *
   * @throws AppError `not_found`, and `worker_not_ready` where the worker that it would wait for was removed
   */
  async runNow(caller: UserCaller, id: string): Promise<string> {
    return this.runs.queueRun(caller, id);
  }

  /**
   * Cancels a run that no worker has taken; its lane goes on with the next one. Repeating it changes nothing.
   *
   * @throws AppError `not_found`, `run_not_cancellable`
   */
  async cancelRun(caller: UserCaller, id: string): Promise<void> {
    await this.databases.inTenant(caller, async (tx) => {
      const [run] = await tx
        .update(runs)
        .set(cancelledBy("cancelled_by_user"))
        // A first run is its worker's proof: without it the set-up would wait for nothing.
        .where(
          and(
            eq(runs.id, id),
            ne(runs.kind, "verify"),
            sql`${runs.state} in ('planned', 'queued', 'offered')`,
          ),
        )
        .returning();
      if (!run) return refuseCancel(tx, id);
      await this.audit.record(tx, {
        workspaceId: caller.workspaceId,
        action: "run.cancelled",
        actor: actorOf(caller),
        subject: { kind: "run", id },
        facts: { plannedAt: run.plannedAt.toISOString() },
      });
      await enqueue(tx, claimable(run.workerId), notice(caller.workspaceId, "run.changed", id, run.pulseId));
    });
  }

  /** Queues the first run of a new worker, in a lane of its own; returns its id. */
  async queueVerify(tenant: Tenant, workerId: string): Promise<string> {
    return this.databases.inTenant(tenant, async (tx) => {
      const laneId = await ensureLane(tx, {
        id: workerId,
        workspaceId: tenant.workspaceId,
        target: "verify",
      });
      const runId = newId();
      await tx
        .update(runs)
        .set(cancelledBy("set_up_again"))
        .where(and(eq(runs.laneId, laneId), isNull(runs.endedAt)));
      const place = { workspaceId: tenant.workspaceId, workerId, pulseId: null, laneId };
      await insertQueuedRun(tx, { ...place, runId, kind: "verify", slot: `verify:${runId}` }, this.rules);
      await enqueue(tx, claimable(workerId));
      return runId;
    });
  }

  /** The next runs of a schedule that is not saved yet. */
  previewPulse(request: PulsePreviewRequest): PulsePreview {
    refuseFaultySchedule(request.schedule);
    const timing = {
      schedule: request.schedule,
      timeZone: request.timeZone,
      pulseId: "preview",
      jitterSecret: "preview",
      jitter: request.jitter ?? DEFAULT_JITTER,
      rest: request.rest ?? DEFAULT_REST,
      after: this.clock.now(),
    };
    const runsAhead = previewRuns({ ...timing, count: request.count });
    return {
      gaps: listPreviewGaps(timing, runsAhead, runsAhead.length < request.count),
      runs: runsAhead.map(({ slot, occurrenceAt, latestAt }) => ({
        slot,
        nominalAt: occurrenceAt.toISOString(),
        earliestAt: occurrenceAt.toISOString(),
        latestAt: latestAt.toISOString(),
      })),
    };
  }

  private async leaveTrace(
    tx: Transaction,
    caller: UserCaller,
    action: AuditAction,
    pulse: { id: string },
    facts: Record<string, string> = {},
  ): Promise<void> {
    await this.audit.record(tx, {
      workspaceId: caller.workspaceId,
      action,
      actor: actorOf(caller),
      subject: { kind: "pulse", id: pulse.id },
      facts,
    });
    await enqueue(tx, notice(caller.workspaceId, "pulse.changed", pulse.id));
  }
}

/** What lets the dispatcher wake a worker whose lanes go on. */
const claimable = (workerId: string) => ({
  topic: "runs.queued" as const,
  key: workerId,
  body: { workerId },
});
