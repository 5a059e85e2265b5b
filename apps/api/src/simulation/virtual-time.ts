import { vi } from "vitest";

/**
 * One clock for the engine and its database. PGlite asks `Date.now` for the time, so that with `Date` replaced
 * `now()`, `clock_timestamp()` and column defaults follow it in unchanged SQL. Timers stay real.
 */
export class VirtualTime {
  private constructor(private readonly beginsAt: Date) {}

  static start(beginsAt: Date): VirtualTime {
    vi.useFakeTimers({ toFake: ["Date"], now: beginsAt });
    return new VirtualTime(beginsAt);
  }

  restart(): void {
    vi.setSystemTime(this.beginsAt);
  }

  get nowMs(): number {
    return Date.now();
  }

  advance(ms: number): void {
    vi.setSystemTime(Date.now() + Math.max(0, Math.round(ms)));
  }

  stop(): void {
    vi.useRealTimers();
  }
}
