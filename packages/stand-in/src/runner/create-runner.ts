import { dispatchRuns } from "./dispatch/dispatch-runs.js";
import { runWorkflow, type RunServices, type WorkflowRun } from "./execution/run-workflow.js";
import { prepareWorkplace, type Workplace } from "./execution/workplace.js";
import type {
  DispatchRequest,
  DispatchResult,
  Runner,
  RunnerClock,
  RunnerHost,
  RunnerOptions,
  ScheduleOccurrence,
} from "./runner-host.js";
import { ConcurrencyGroups } from "./scheduling/concurrency-groups.js";
import { JobSlots } from "./scheduling/job-slots.js";
import { ScheduleWatcher } from "./scheduling/schedule-watcher.js";
import { systemClock } from "./system-clock.js";

const DEFAULT_MAX_JOBS = 2;

interface ActiveRun {
  readonly run: WorkflowRun;
  readonly ended: Promise<void>;
}

class WorkflowRunner implements Runner {
  private readonly active = new Map<number, ActiveRun>();
  private readonly clock: RunnerClock;
  private readonly groups = new ConcurrencyGroups();
  private readonly slots: JobSlots;
  private workplace: Promise<Workplace> | undefined;
  private watcher: ScheduleWatcher | undefined;
  private timeScale: number;
  private stopped = false;

  constructor(
    private readonly host: RunnerHost,
    private readonly options: RunnerOptions,
  ) {
    this.clock = options.clock ?? systemClock;
    this.timeScale = options.timeScale ?? 1;
    this.slots = new JobSlots(options.maxConcurrentJobs ?? DEFAULT_MAX_JOBS);
  }

  async dispatch(request: DispatchRequest): Promise<DispatchResult> {
    if (this.stopped) throw new Error("The runner has been stopped");
    const services = await this.openServices();
    const dispatched = await dispatchRuns(request, services);
    if (!dispatched.ok) return dispatched;
    for (const { run } of dispatched.runs) if (run !== undefined) this.begin(run, services);
    return { ok: true, runs: dispatched.runs.map(({ record }) => record) };
  }

  start(): void {
    if (this.watcher !== undefined || this.stopped) return;
    this.watcher = new ScheduleWatcher({
      host: this.host,
      clock: this.clock,
      timeScale: this.timeScale,
      tickMs: this.options.tickMs,
      onDue: (occurrence) => this.runScheduled(occurrence),
    });
    this.watcher.start();
    // Ends what a killed runner left now, not at the next dispatch, which would meet the same failure.
    this.openWorkplace().catch((error: unknown) => process.emitWarning(String(error)));
  }

  setTimeScale(timeScale: number): void {
    this.timeScale = timeScale;
    this.watcher?.setTimeScale(timeScale);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.watcher?.stop();
    for (const { run } of this.active.values()) run.cancellation.kill();
    await this.whenIdle();
    const workplace = await this.workplace?.catch(() => undefined);
    await workplace?.close();
  }

  cancel(runId: number): boolean {
    const found = this.active.get(runId);
    found?.run.cancellation.cancel();
    return found !== undefined;
  }

  async whenIdle(): Promise<void> {
    while (this.active.size > 0) await Promise.all([...this.active.values()].map(({ ended }) => ended));
  }

  private async openServices(): Promise<RunServices> {
    const { host, clock, groups, slots } = this;
    return { host, clock, groups, slots, workplace: await this.openWorkplace() };
  }

  /** Prepared once; a failure is not kept, since its message tells how to mend it. */
  private async openWorkplace(): Promise<Workplace> {
    this.workplace ??= prepareWorkplace(this.options);
    try {
      return await this.workplace;
    } catch (error) {
      this.workplace = undefined;
      throw error;
    }
  }

  private begin(run: WorkflowRun, services: RunServices): void {
    const { runId } = run.facts;
    const ended = runWorkflow(run, services)
      .catch((error: unknown) => process.emitWarning(`Run ${runId} broke off: ${String(error)}`))
      .finally(() => this.active.delete(runId));
    this.active.set(runId, { run, ended });
    if (this.stopped) run.cancellation.kill();
  }

  /** GitHub names whoever last touched the cron line as the actor; here it is the repository's owner. */
  private async runScheduled({ repository, workflowPath, cron }: ScheduleOccurrence): Promise<void> {
    const actor = { login: repository.owner, id: repository.ownerId };
    const result = await this.dispatch({
      repository,
      event: "schedule",
      workflowPath,
      schedule: cron,
      actor,
    });
    if (!result.ok && result.reason !== "workflow_disabled") {
      process.emitWarning(
        `A schedule of ${repository.owner}/${repository.name} was passed by: ${result.message}`,
      );
    }
  }
}

/** Makes a runner; it touches the disk with `start` or the first run, whichever comes first. */
export function createRunner(host: RunnerHost, options: RunnerOptions): Runner {
  return new WorkflowRunner(host, options);
}
