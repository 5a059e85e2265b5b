/** Lets a bounded number of jobs run at a time, first come first served. */
export class JobSlots {
  private readonly queue: (() => void)[] = [];
  private taken = 0;

  constructor(private readonly count: number) {}

  /** Resolves to what gives the slot back; undefined if the signal was raised first. */
  async take(signal: AbortSignal): Promise<(() => void) | undefined> {
    if (signal.aborted) return undefined;
    if (this.taken < this.count) this.taken += 1;
    else if (!(await this.waitForTurn(signal))) return undefined;
    return () => this.release();
  }

  /** The next in line takes over the slot itself, so that nobody slips in between. */
  private release(): void {
    const next = this.queue.shift();
    if (next === undefined) this.taken -= 1;
    else next();
  }

  private async waitForTurn(signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const enter = () => {
        signal.removeEventListener("abort", giveUp);
        resolve(true);
      };
      const giveUp = () => {
        this.queue.splice(this.queue.indexOf(enter), 1);
        resolve(false);
      };
      this.queue.push(enter);
      signal.addEventListener("abort", giveUp, { once: true });
    });
  }
}
