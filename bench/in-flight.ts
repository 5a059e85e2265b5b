import type { Figures, Load } from "./contender.ts";
import { percentile } from "./medians.ts";

/**
 * One by one: `load.inFlight` callers, each of which begins the next when its last is finished.
 *
 * @param once makes one run (or job) and resolves when it is finished; `caller` tells which of the callers asks
 */
export async function oneByOne(
  load: Pick<Load, "runs" | "warmUp" | "inFlight">,
  once: (caller: number) => Promise<void>,
): Promise<Figures> {
  await inTurns(load, load.warmUp, once);
  const startedMs = performance.now();
  const tookMs = await inTurns(load, load.runs, once);
  const seconds = (performance.now() - startedMs) / 1_000;
  return {
    single: { value: load.runs / seconds, unit: "runs/s" },
    p50: { value: percentile(tookMs, 0.5), unit: "ms" },
    p99: { value: percentile(tookMs, 0.99), unit: "ms" },
  };
}

/** Returns how long each took. */
async function inTurns(
  load: Pick<Load, "inFlight">,
  count: number,
  once: (caller: number) => Promise<void>,
): Promise<number[]> {
  const tookMs: number[] = [];
  let begun = 0;
  const callers = Array.from({ length: load.inFlight }, async (_, caller) => {
    while (begun < count) {
      begun += 1;
      const startedMs = performance.now();
      await once(caller);
      tookMs.push(performance.now() - startedMs);
    }
  });
  await Promise.all(callers);
  return tookMs;
}

/** Adds `count` jobs and waits until all are finished, first to warm up and then by the clock. */
export async function inBulk(
  load: Pick<Load, "runs" | "warmUp">,
  addAndFinish: (count: number) => Promise<void>,
): Promise<Figures> {
  await addAndFinish(load.warmUp);
  const startedMs = performance.now();
  await addAndFinish(load.runs);
  return { bulk: { value: load.runs / ((performance.now() - startedMs) / 1_000), unit: "runs/s" } };
}

/** Waits for jobs to finish: one by name, or so many of any. */
export class Completions {
  private readonly waiting = new Map<number, () => void>();
  private finished = 0;
  private goal = { at: Number.POSITIVE_INFINITY, reached: () => {} };

  /** Resolves when job `id` is finished. Call it before the job can be. */
  of(id: number): Promise<void> {
    return new Promise((resolve) => this.waiting.set(id, resolve));
  }

  /** Resolves when `count` jobs more are finished. */
  more(count: number): Promise<void> {
    return new Promise((reached) => {
      this.goal = { at: this.finished + count, reached };
    });
  }

  finish(id: number): void {
    this.waiting.get(id)?.();
    this.waiting.delete(id);
    this.finished += 1;
    if (this.finished === this.goal.at) this.goal.reached();
  }
}

/** The numbers 0 to `count` - 1 in parts of at most `size`. */
export function* batchesOf(count: number, size: number): Generator<number[]> {
  for (let done = 0; done < count; done += size)
    yield Array.from({ length: Math.min(size, count - done) }, (_, index) => done + index);
}
