import type { RunnerClock } from "../runner-host.js";

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

/** Time that passes only when told to. */
export class FakeClock implements RunnerClock {
  private timers: readonly Timer[] = [];

  constructor(private current: number) {}

  now(): number {
    return this.current;
  }

  schedule(callback: () => void, delayMs: number): () => void {
    const timer = { at: this.current + delayMs, callback };
    this.timers = [...this.timers, timer];
    return () => {
      this.timers = this.timers.filter((candidate) => candidate !== timer);
    };
  }

  /** Passes time up to the next timer at or before `until` and fires it; false if there is none. */
  fireNext(until: number): boolean {
    const [next] = this.timers.filter(({ at }) => at <= until).toSorted((a, b) => a.at - b.at);
    if (next === undefined) return false;
    this.timers = this.timers.filter((candidate) => candidate !== next);
    this.current = Math.max(this.current, next.at);
    next.callback();
    return true;
  }
}
