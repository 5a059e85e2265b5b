import type { Figures, Load } from "./contender.ts";
import { percentile } from "./medians.ts";

/** Time to write the jobs before the first falls due, in milliseconds per job. */
const WRITE_MS_PER_JOB = 0.4;
const LEAD_MS = 2_000;

/** The instants at which jobs fall due: evenly, `perSecond` in every second, the first ones to warm up. */
export function dueInstants(load: Pick<Load, "runs" | "warmUp" | "perSecond">, nowMs: number): number[] {
  const count = load.warmUp + load.runs;
  const firstMs = Math.ceil(nowMs + LEAD_MS + count * WRITE_MS_PER_JOB);
  return Array.from(
    { length: count },
    (_, number) => firstMs + Math.floor((number * 1_000) / load.perSecond),
  );
}

/** Collects how late jobs were, by their number. */
export class Lateness {
  private readonly lateMs: number[] = [];
  private all: () => void = () => {};
  private readonly load: Pick<Load, "runs" | "warmUp">;
  readonly finished: Promise<void>;

  constructor(load: Pick<Load, "runs" | "warmUp">) {
    this.load = load;
    this.finished = new Promise((resolve) => {
      this.all = resolve;
    });
  }

  record(number: number, dueMs: number): void {
    this.lateMs[number] = performance.timeOrigin + performance.now() - dueMs;
    this.count += 1;
    if (this.count === this.load.warmUp + this.load.runs) this.all();
  }

  private count = 0;

  figures(): Figures {
    return figuresOf(this.lateMs.slice(this.load.warmUp));
  }
}

/** Percentiles of milliseconds late. */
export function figuresOf(lateMs: readonly number[], prefix = ""): Figures {
  return {
    [`${prefix}p50`]: { value: percentile(lateMs, 0.5), unit: "ms" },
    [`${prefix}p99`]: { value: percentile(lateMs, 0.99), unit: "ms" },
    [`${prefix}max`]: { value: percentile(lateMs, 1), unit: "ms" },
  };
}
