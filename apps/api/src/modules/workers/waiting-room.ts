import { Inject, Injectable } from "@nestjs/common";
import { TRANSPORT, type Transport } from "../../platform/transport.js";
import { wakeChannel } from "../pulses/pulses.ports.js";

/** Where long polls wait. A wake-up is a hint: whoever waits looks again at the end of the wait in any case. */
@Injectable()
export class WaitingRoom {
  constructor(@Inject(TRANSPORT) private readonly transport: Transport) {}

  /**
   * Calls `look` until it finds something or the wait is over. It looks once more after subscribing, so that
   * what came in between is not slept through.
   */
  async waitFor<T>(workerId: string, wait: { waitMs: number; look: () => Promise<T[]> }): Promise<T[]> {
    const endsAt = performance.now() + wait.waitMs;
    const first = await wait.look();
    if (first.length > 0 || wait.waitMs === 0) return first;
    let wake: () => void = () => undefined;
    const subscription = await this.transport.subscribe(wakeChannel(workerId), () => wake());
    try {
      for (;;) {
        const woken = new Promise<void>((resolve) => {
          wake = resolve;
          setTimeout(resolve, Math.max(0, endsAt - performance.now())).unref();
        });
        const found = await wait.look();
        if (found.length > 0 || performance.now() >= endsAt) return found;
        await woken;
      }
    } finally {
      await subscription.close();
    }
  }
}
