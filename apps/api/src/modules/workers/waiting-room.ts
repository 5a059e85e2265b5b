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
   *
   * @param wait.againInMs asked after a look in vain: when to look again though nobody wakes it
   */
  async waitFor<T>(
    workerId: string,
    wait: { waitMs: number; look: () => Promise<T[]>; againInMs?: () => number | undefined },
  ): Promise<T[]> {
    const startedMs = performance.now();
    const first = await wait.look();
    if (first.length > 0 || wait.waitMs === 0) return first;
    let wake: () => void = () => undefined;
    const subscription = await this.transport.subscribe(wakeChannel(workerId), () => wake());
    let over = false;
    const timer = setTimeout(
      () => {
        over = true;
        wake();
      },
      startedMs + wait.waitMs - performance.now(),
    );
    timer.unref();
    try {
      for (;;) {
        const woken = new Promise<void>((resolve) => {
          wake = resolve;
        });
        const found = await wait.look();
        if (found.length > 0 || over) return found;
        await woken;
      }
    } finally {
      clearTimeout(timer);
      await subscription.close();
    }
  }
}
