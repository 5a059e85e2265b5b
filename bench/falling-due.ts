import type { Figures, Load } from "./contender.ts";
import { percentile } from "./medians.ts";

/** Time to write the jobs before the first falls due, per job and in all. */
const WRITE_MS_PER_JOB = 0.4;
const LEAD_MS = 2_000;

/** When the first of so many jobs falls due that are written beforehand, from now on. */
export const leadMsFor = (jobs: number): number => LEAD_MS + jobs * WRITE_MS_PER_JOB;

/** The instants at which jobs fall due: evenly, `perSecond` in every second, the first ones to warm up. */
export function dueInstants(load: Pick<Load, "runs" | "warmUp" | "perSecond">, firstMs: number): number[] {
  return Array.from(
    { length: load.warmUp + load.runs },
    (_, number) => Math.ceil(firstMs) + Math.floor((number * 1_000) / load.perSecond),
  );
}

/** Collects how late jobs were, by their number. */
export class Lateness {
  private readonly lateMs: number[] = [];
  private count = 0;
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

  /** @param prefix of the metrics' names */
  figures(prefix = ""): Figures {
    return figuresOf(this.lateMs.slice(this.load.warmUp), prefix);
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
