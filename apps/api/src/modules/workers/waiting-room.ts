import { Inject, Injectable } from "@nestjs/common";
import { WakeUps } from "../../platform/wake-ups.js";

export type Wait<T> = {
  waitMs: number;
  look: () => Promise<T[]>;
  /** Asked after a look in vain: when to look again though nobody wakes it. */
  againInMs?: () => number | undefined;
  /** Aborted when whoever waits has hung up: what is found after that would be found for nobody. */
  gone?: AbortSignal;
};

/** Where long polls wait: whoever is woken looks, and at the end of the wait in any case. */
@Injectable()
export class WaitingRoom {
  constructor(@Inject(WakeUps) private readonly wakeUps: WakeUps) {}

  /** How many workers wait here now. */
  get size(): number {
    return this.wakeUps.size;
  }

  /**
   * Calls `look` until it finds something or the wait is over. It listens before it looks, so that what comes in
   * between is not slept through.
   */
  async waitFor<T>(workerId: string, { waitMs, look, againInMs, gone }: Wait<T>): Promise<T[]> {
    const endsAt = performance.now() + waitMs;
    let wake: () => void = () => undefined;
    const leave = this.wakeUps.listen(workerId, () => wake());
    gone?.addEventListener("abort", () => wake());
    try {
      for (;;) {
        const woken = new Promise<void>((resolve) => {
          wake = resolve;
        });
        if (gone?.aborted) return [];
        const found = await look();
        const leftMs = endsAt - performance.now();
        if (found.length > 0 || leftMs <= 0) return found;
        const timer = setTimeout(wake, Math.min(leftMs, againInMs?.() ?? leftMs));
        timer.unref();
        await woken;
        clearTimeout(timer);
      }
    } finally {
      leave();
    }
  }
}
