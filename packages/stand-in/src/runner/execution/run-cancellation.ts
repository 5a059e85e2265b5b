import type { JobCancellation } from "./job-cancellation.js";

/** The wish to end a run: jobs that run are cancelled, those that wait give up. */
export class RunCancellation {
  private readonly request = new AbortController();
  private readonly force = new AbortController();

  get requested(): boolean {
    return this.request.signal.aborted;
  }

  /** Ends a wait that begins now; a wait that begins after the request belongs to an `always()` job. */
  get signalFromNow(): AbortSignal {
    return this.requested ? this.force.signal : this.request.signal;
  }

  cancel(): void {
    this.request.abort();
  }

  kill(): void {
    this.request.abort();
    this.force.abort();
  }

  /** Calls back at the request; the returned function takes that back. */
  onCancel(callback: () => void): () => void {
    return listen(this.request.signal, callback);
  }

  /** Passes on to a job what happens from now on. */
  follow(job: JobCancellation): () => void {
    const forgetCancel = this.onCancel(() => job.cancel());
    const forgetKill = listen(this.force.signal, () => job.kill());
    if (this.force.signal.aborted) job.kill();
    return () => {
      forgetCancel();
      forgetKill();
    };
  }
}

function listen(signal: AbortSignal, callback: () => void): () => void {
  signal.addEventListener("abort", callback);
  return () => signal.removeEventListener("abort", callback);
}
