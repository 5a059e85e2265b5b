import { type Arrivals, bellChannel } from "../arrivals.js";
import type { RedisHints } from "./redis-hints.js";

/**
 * Tells consumers of other processes of new entries, where no hint travels with them. While one bell of a stream is under way, those that would follow
 * become one: a bell says "look", not what there is. Without this a publish per append would cost as much
 * as the append.
 */
export class BellRinger {
  /** Streams with a bell under way; true when another must follow. */
  private readonly underWay = new Map<string, boolean>();

  constructor(
    private readonly hints: RedisHints,
    private readonly arrivals: Arrivals,
  ) {}

  /** To be called after the entries are there: on another node of a cluster the bell could overtake them. */
  ring(stream: string): void {
    if (this.underWay.has(stream)) {
      this.underWay.set(stream, true);
      return;
    }
    this.underWay.set(stream, false);
    void this.send(stream, 0).then(() => {
      const isAnotherDue = this.underWay.get(stream);
      this.underWay.delete(stream);
      if (isAnotherDue) this.ring(stream);
    });
  }

  /** Tells when delayed entries fall due; each has its own instant, so none stands for another. */
  ringDelayed(stream: string, dueInMs: number): void {
    void this.send(stream, dueInMs);
  }

  private async send(stream: string, dueInMs: number): Promise<void> {
    try {
      await this.hints.publish([{ channel: bellChannel(stream), message: this.arrivals.bell(dueInMs) }]);
    } catch {
      // A hint may be lost: consumers look again by themselves.
    }
  }
}
