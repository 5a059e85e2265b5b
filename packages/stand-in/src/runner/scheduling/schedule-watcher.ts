import type { RunnerClock, RunnerHost, RunnerRepository, ScheduleOccurrence } from "../runner-host.js";
import { parseWorkflow } from "../workflow/parse-workflow.js";
import { WorkflowFileError } from "../workflow/workflow.js";
import { listWorkflowPaths } from "../workflow/list-workflow-paths.js";
import { SchedulePlan } from "./schedule-plan.js";
import { ScheduleTime } from "./schedule-time.js";

const LONGEST_TICK_MS = 5000;
const HALF_MINUTE_MS = 30_000;

interface Watched {
  sha: string;
  plans: ReadonlyMap<string, SchedulePlan>;
}

interface Delayed {
  readonly occurrence: ScheduleOccurrence;
  readonly releaseAt: number;
}

export interface ScheduleWatcherOptions {
  readonly host: RunnerHost;
  readonly clock: RunnerClock;
  readonly timeScale: number;
  /** Default: half a minute of schedule time, five seconds at most. */
  readonly tickMs?: number;
  readonly onDue: (occurrence: ScheduleOccurrence) => Promise<void>;
}

/**
 * Follows the schedules of the workflow files on every default branch, reading them again when it moves.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows#schedule
 */
export class ScheduleWatcher {
  private readonly time: ScheduleTime;
  private tickMs: number;
  private readonly watched = new Map<number, Watched>();
  private delayed: readonly Delayed[] = [];
  private stopped = false;
  private cancelTick: () => void = () => undefined;
  private ticking: Promise<void> = Promise.resolve();

  constructor(private readonly options: ScheduleWatcherOptions) {
    this.time = new ScheduleTime(options.clock, options.timeScale);
    this.tickMs = tickFor(options);
  }

  /** Plans and delayed occurrences stay, time goes on from where it is; felt from the next tick on. */
  setTimeScale(timeScale: number): void {
    this.time.setScale(timeScale);
    this.tickMs = tickFor({ ...this.options, timeScale });
  }

  start(): void {
    this.ticking = this.tick()
      .catch((error: unknown) => process.emitWarning(`Schedules could not be read: ${String(error)}`))
      .then(() => {
        if (this.stopped) return;
        this.cancelTick = this.options.clock.schedule(() => this.start(), this.tickMs);
      });
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.cancelTick();
    await this.ticking;
  }

  private async tick(): Promise<void> {
    const repositories = await this.options.host.listRepositories();
    const known = new Set(repositories.map((repository) => repository.id));
    for (const id of this.watched.keys()) if (!known.has(id)) this.watched.delete(id);
    const at = this.time.current();
    for (const repository of repositories) {
      if (this.stopped) return;
      await this.refresh(repository, at);
      await this.fireDue(repository, at);
    }
    await this.fireDelayed(at, known);
  }

  /** Lines that stay the same keep their place when the file is read again. */
  private async refresh(repository: RunnerRepository, at: number): Promise<void> {
    const { host } = this.options;
    const sha = await host.findHeadSha(repository, repository.defaultBranch);
    const before = this.watched.get(repository.id);
    if (sha === undefined || sha === before?.sha) return;
    const plans = new Map<string, SchedulePlan>();
    for (const path of await listWorkflowPaths(host, repository, sha)) {
      const source = await host.findFile(repository, { sha, path });
      const crons = source === undefined ? [] : readCrons(source);
      if (crons.length === 0) continue;
      const earlier = before?.plans.get(path);
      const same = earlier !== undefined && earlier.crons.join("\n") === crons.join("\n");
      plans.set(path, same ? earlier : new SchedulePlan(crons, at));
    }
    this.watched.set(repository.id, { sha, plans });
  }

  private async fireDue(repository: RunnerRepository, at: number): Promise<void> {
    for (const [workflowPath, plan] of this.watched.get(repository.id)?.plans ?? []) {
      for (const { cron, dueAt } of plan.takeDue(at)) {
        const occurrence = { repository, workflowPath, cron, dueAt };
        const fault = this.options.host.scheduleFault?.(occurrence);
        if (fault?.kind === "late") {
          this.delayed = [...this.delayed, { occurrence, releaseAt: dueAt + fault.delayMs }];
        } else if (fault === undefined) await this.options.onDue(occurrence);
      }
    }
  }

  private async fireDelayed(at: number, known: ReadonlySet<number>): Promise<void> {
    const ripe = this.delayed.filter(({ releaseAt }) => releaseAt <= at);
    this.delayed = this.delayed.filter(({ releaseAt }) => releaseAt > at);
    for (const { occurrence } of ripe) {
      if (known.has(occurrence.repository.id)) await this.options.onDue(occurrence);
    }
  }
}

function tickFor({ tickMs, timeScale }: { tickMs?: number; timeScale: number }): number {
  return tickMs ?? Math.min(LONGEST_TICK_MS, HALF_MINUTE_MS / timeScale);
}

/** A file that cannot be read has no schedule; the failed run comes with the push that broke it. */
function readCrons(source: string): readonly string[] {
  try {
    return parseWorkflow(source).triggers.schedule;
  } catch (error) {
    if (error instanceof WorkflowFileError) return [];
    throw error;
  }
}
