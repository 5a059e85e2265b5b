import { Inject, Injectable, type OnApplicationBootstrap } from "@nestjs/common";
import { LOGGER, type Logger } from "./logger.js";
import { TRANSPORT, type Transport } from "./transport.js";

/** One channel for all workers, since every process that workers may wait at hears it. */
const CHANNEL = "workers.offered";
const SEPARATOR = ",";
/** Ids in one message, at most: PostgreSQL takes none of 8,000 bytes, and an id has 36. */
const AT_ONCE = 200;

/**
 * Wakes workers that wait for something to claim: at once those that wait in this process, and by one message of
 * many those that wait elsewhere. A wake-up is a hint: who waits looks again at the end of the wait in any case, and
 * the sweeper wakes again whoever has left something lying.
 */
@Injectable()
export class WakeUps implements OnApplicationBootstrap {
  private readonly waiting = new Map<string, Set<() => void>>();
  private elsewhere = new Set<string>();

  constructor(
    @Inject(TRANSPORT) private readonly transport: Transport,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.transport.subscribe(CHANNEL, (message) => {
      this.wakeHere(message.split(SEPARATOR));
    });
  }

  /** How many workers wait in this process. */
  get size(): number {
    return this.waiting.size;
  }

  /** Calls `wake` whenever something may be there for the worker; returns the function that ends that. */
  listen(workerId: string, wake: () => void): () => void {
    const others = this.waiting.get(workerId) ?? new Set();
    this.waiting.set(workerId, others.add(wake));
    return () => {
      others.delete(wake);
      if (others.size === 0) this.waiting.delete(workerId);
    };
  }

  /** Returns those that do not wait in this process; the others are awake. */
  wakeHere(workerIds: readonly string[]): string[] {
    return workerIds.filter((workerId) => {
      const waiting = this.waiting.get(workerId);
      for (const wake of waiting ?? []) wake();
      return waiting === undefined;
    });
  }

  /** Wakes workers wherever they wait; a transport that is away is logged and no failure. */
  wake(workerIds: readonly string[]): void {
    const others = this.wakeHere(workerIds);
    if (others.length > 0 && this.elsewhere.size === 0) setImmediate(() => void this.tellOthers());
    for (const workerId of others) this.elsewhere.add(workerId);
  }

  private async tellOthers(): Promise<void> {
    const ids = [...this.elsewhere];
    this.elsewhere = new Set();
    const messages: string[] = [];
    for (let from = 0; from < ids.length; from += AT_ONCE)
      messages.push(ids.slice(from, from + AT_ONCE).join(SEPARATOR));
    try {
      await this.transport.publish(messages.map((message) => ({ channel: CHANNEL, message })));
    } catch (error) {
      this.logger.warn({ err: error }, "waiting workers were not woken");
    }
  }
}
