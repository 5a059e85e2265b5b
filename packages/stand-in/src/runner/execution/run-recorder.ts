import type { JobRecord, RunnerClock, RunnerHost, StepRecord, WorkflowRunRecord } from "../runner-host.js";

/** Holds the current record of a run and hands every change to the host, in order. */
export class RunRecorder {
  private writes: Promise<void> = Promise.resolve();
  /** Waits for its turn to be written and grows until then, so that a flood of lines is few writes. */
  private unwritten: { readonly jobNumber: number; text: string } | undefined;

  constructor(
    private readonly host: RunnerHost,
    private current: WorkflowRunRecord,
    private readonly clock: Pick<RunnerClock, "now">,
  ) {
    this.save();
  }

  get record(): WorkflowRunRecord {
    return this.current;
  }

  instant(): string {
    return new Date(this.clock.now()).toISOString();
  }

  update(changes: Partial<WorkflowRunRecord>): void {
    this.current = { ...this.current, ...changes, updatedAt: this.instant() };
    this.save();
  }

  updateJob(number: number, changes: Partial<JobRecord>): void {
    const jobs = this.current.jobs.map((job) => (job.number === number ? { ...job, ...changes } : job));
    this.update({ jobs });
  }

  updateStep(jobNumber: number, step: StepRecord): void {
    const job = this.current.jobs.find((candidate) => candidate.number === jobNumber);
    const others = job?.steps.filter((candidate) => candidate.number !== step.number) ?? [];
    this.updateJob(jobNumber, { steps: [...others, step].sort((a, b) => a.number - b.number) });
  }

  log(jobNumber: number, text: string): void {
    if (this.unwritten?.jobNumber === jobNumber) {
      this.unwritten.text += text;
      return;
    }
    const entry = { runId: this.current.id, jobNumber, text };
    this.unwritten = entry;
    this.enqueue(async () => {
      if (this.unwritten === entry) this.unwritten = undefined;
      await this.host.recordLog(entry);
    });
  }

  /** Resolves when the host has taken everything recorded so far. */
  async flush(): Promise<void> {
    await this.writes;
  }

  private save(): void {
    const record = this.current;
    this.enqueue(() => this.host.recordRun(record));
  }

  /** A host that cannot take one write must not end the run, nor hide that it failed. */
  private enqueue(write: () => Promise<void>): void {
    this.writes = this.writes.then(write).catch((error: unknown) => {
      process.emitWarning(`A record of run ${this.current.id} was not taken: ${String(error)}`);
    });
  }
}
