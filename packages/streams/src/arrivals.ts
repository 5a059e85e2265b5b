import { randomUUID } from "node:crypto";
import type { Entry, Subscription } from "./transport.js";

/** A lost ring costs at most this long. */
export const MAX_WAIT_MS = 1_000;

/** Its messages are the milliseconds until the appended entries are due, 0 when they are, and who appended them. */
export function bellChannel(stream: string): string {
  return `bell:${stream}`;
}

interface Arrival {
  rings: number;
  /** When delayed entries must be looked at next, on the monotonic clock. */
  promoteAtMs: number;
  wake: Set<() => void>;
}

/**
 * Where consumers wait for entries. Appending rings by a hint; the hint may be lost, so nobody waits longer
 * than a second without looking. A blocking read instead would need one connection per shard (a cluster
 * refuses one command over several) and could not be woken by a delayed entry that falls due earlier.
 */
export class Arrivals {
  private readonly streams = new Map<string, Arrival>();
  private readonly bells = new Map<string, Promise<Subscription>>();
  private readonly sender = randomUUID().slice(0, 8);
  private readonly looking = new Set<() => void>();
  private closed = false;

  /** `subscribe` must pass on what was published to the channel, and open its connection when first called. */
  constructor(
    private readonly subscribe: (
      channel: string,
      listener: (message: string) => void,
    ) => Promise<Subscription>,
  ) {}

  /** What to publish on the bell's channel. Own bells are not heard: `ring` has told the consumers here before. */
  bell(dueInMs: number): string {
    return `${dueInMs} ${this.sender}`;
  }

  ring(stream: string, dueInMs = 0): void {
    const arrival = this.of(stream);
    arrival.rings++;
    if (dueInMs > 0) arrival.promoteAtMs = Math.min(arrival.promoteAtMs, performance.now() + dueInMs);
    for (const wake of arrival.wake) wake();
  }

  ringAll(): void {
    for (const stream of this.streams.keys()) this.ring(stream);
  }

  close(): void {
    this.closed = true;
    this.ringAll();
  }

  /**
   * To be called when the connections are gone: a look still under way found nothing. A cluster's client that is
   * ended while it connects leaves commands that it never answers (ioredis 5.11).
   */
  giveUp(): void {
    for (const findNothing of this.looking) findNothing();
  }

  /** True once each time delayed entries may have fallen due; says so again after `MAX_WAIT_MS` at the latest. */
  takePromotion(stream: string): boolean {
    const arrival = this.of(stream);
    const nowMs = performance.now();
    if (nowMs < arrival.promoteAtMs) return false;
    arrival.promoteAtMs = nowMs + MAX_WAIT_MS;
    return true;
  }

  /** `dueInMs` is the time until the earliest entry still delayed, by the server's clock. */
  noteNextDue(stream: string, dueInMs: number): void {
    const arrival = this.of(stream);
    arrival.promoteAtMs = Math.min(arrival.promoteAtMs, performance.now() + dueInMs);
  }

  /**
   * Calls `look` until it finds entries, `blockMs` is over, the signal aborts or this is closed.
   * @throws when it was closed before: a loop that goes on consuming would spin.
   */
  async waitFor(
    stream: string,
    { blockMs, signal }: { blockMs: number; signal?: AbortSignal },
    look: () => Promise<Entry[]>,
  ): Promise<Entry[]> {
    if (this.closed) throw new Error("the transport is closed");
    const deadline = performance.now() + blockMs;
    for (;;) {
      if (this.closed || signal?.aborted) return [];
      // Read before looking, so that what arrives in between ends the wait at once.
      const { rings } = this.of(stream);
      const entries = await this.lookOnce(stream, { listening: blockMs > 0, look }).catch(
        (error: unknown) => {
          if (this.closed) return [];
          throw error;
        },
      );
      const leftMs = deadline - performance.now();
      if (entries.length > 0 || leftMs <= 0) return entries;
      await this.pause(this.of(stream), { rings, leftMs, signal });
    }
  }

  private lookOnce(
    stream: string,
    { listening, look }: { listening: boolean; look: () => Promise<Entry[]> },
  ): Promise<Entry[]> {
    const looked = listening ? this.listenFor(stream).then(look) : look();
    return new Promise((resolve, reject) => {
      const findNothing = () => resolve([]);
      this.looking.add(findNothing);
      looked.then(resolve, reject).finally(() => this.looking.delete(findNothing));
    });
  }

  private hear(stream: string, message: string): void {
    const [dueInMs, sender] = message.split(" ");
    if (sender !== this.sender) this.ring(stream, Number(dueInMs));
  }

  private async listenFor(stream: string): Promise<void> {
    let bell = this.bells.get(stream);
    if (!bell) {
      bell = this.subscribe(bellChannel(stream), (message) => this.hear(stream, message));
      bell.catch(() => this.bells.delete(stream));
      this.bells.set(stream, bell);
    }
    await bell;
  }

  private async pause(
    arrival: Arrival,
    { rings, leftMs, signal }: { rings: number; leftMs: number; signal?: AbortSignal },
  ): Promise<void> {
    if (arrival.rings !== rings || signal?.aborted) return;
    const untilPromotionMs = Math.max(1, arrival.promoteAtMs - performance.now());
    const waitMs = Math.min(leftMs, untilPromotionMs, MAX_WAIT_MS);
    await new Promise<void>((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        arrival.wake.delete(wake);
        signal?.removeEventListener("abort", wake);
        resolve();
      };
      const timer = setTimeout(wake, waitMs);
      arrival.wake.add(wake);
      signal?.addEventListener("abort", wake);
    });
  }

  private of(stream: string): Arrival {
    let arrival = this.streams.get(stream);
    if (!arrival) {
      arrival = { rings: 0, promoteAtMs: 0, wake: new Set() };
      this.streams.set(stream, arrival);
    }
    return arrival;
  }
}
