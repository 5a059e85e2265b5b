import { Inject, Injectable, type OnApplicationBootstrap } from "@nestjs/common";
import { TRANSPORT, type Transport } from "../../platform/transport.js";
import { readWakeUp, WAKE_UPS } from "../pulses/pulses.ports.js";

export type Wait<T> = {
  waitMs: number;
  look: () => Promise<T[]>;
  /** Asked after a look in vain: when to look again though nobody wakes it. */
  againInMs?: () => number | undefined;
  /** Aborted when whoever waits has hung up: what is found after that would be found for nobody. */
  gone?: AbortSignal;
};

/**
 * Where long polls wait. One subscription of the process serves them all. A wake-up is a hint: whoever waits looks
 * again at the end of the wait in any case.
 */
@Injectable()
export class WaitingRoom implements OnApplicationBootstrap {
  private readonly waiting = new Map<string, Set<() => void>>();

  constructor(@Inject(TRANSPORT) private readonly transport: Transport) {}

  /** How many workers wait here now. */
  get size(): number {
    return this.waiting.size;
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.transport.subscribe(WAKE_UPS, (message) => {
      for (const workerId of readWakeUp(message)) for (const wake of this.waiting.get(workerId) ?? []) wake();
    });
  }

  /**
   * Calls `look` until it finds something or the wait is over. It listens before it looks, so that what comes in
   * between is not slept through.
   */
  async waitFor<T>(workerId: string, { waitMs, look, againInMs, gone }: Wait<T>): Promise<T[]> {
    const endsAt = performance.now() + waitMs;
    let wake: () => void = () => undefined;
    const leave = this.enter(workerId, () => wake());
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

  /** Returns the function that ends the listening. */
  private enter(workerId: string, wake: () => void): () => void {
    const others = this.waiting.get(workerId) ?? new Set();
    this.waiting.set(workerId, others.add(wake));
    return () => {
      others.delete(wake);
      if (others.size === 0) this.waiting.delete(workerId);
    };
  }
}
