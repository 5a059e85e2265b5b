import type { RunnerClock } from "../runner-host.js";

/**
 * After a cancellation, steps with `always()` or `cancelled()` still run, for five minutes at most.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-cancellation
 */
const CANCEL_LIMIT_MS = 5 * 60_000;

/** The end of a job that comes from outside: first a request, then force. */
export class JobCancellation {
  private readonly request = new AbortController();
  private readonly force = new AbortController();
  private readonly timers: (() => void)[] = [];

  constructor(private readonly clock: RunnerClock) {}

  get requested(): boolean {
    return this.request.signal.aborted;
  }

  get forced(): boolean {
    return this.force.signal.aborted;
  }

  get forceSignal(): AbortSignal {
    return this.force.signal;
  }

  /** What ends a step that starts now; a step that starts after the request is meant to run. */
  get stepSignal(): AbortSignal {
    return this.requested ? this.force.signal : this.request.signal;
  }

  cancel(): void {
    if (this.requested) return;
    this.request.abort();
    this.timers.push(this.clock.schedule(() => this.force.abort(), CANCEL_LIMIT_MS));
  }

  kill(): void {
    this.request.abort();
    this.force.abort();
  }

  /** Cancels after `delayMs` unless the job ends before. */
  cancelAfter(delayMs: number, onCancel: () => void): void {
    const act = () => {
      if (this.requested) return;
      onCancel();
      this.cancel();
    };
    this.timers.push(this.clock.schedule(act, delayMs));
  }

  dispose(): void {
    for (const takeBack of this.timers) takeBack();
  }
}
