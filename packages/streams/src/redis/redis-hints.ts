import type { Cluster, Redis } from "ioredis";
import type { Hint, Subscription } from "../transport.js";

type Listener = (message: string) => void;

/** Publish and subscribe: one subscriber connection per process, opened at the first subscription. */
export class RedisHints {
  private subscriber: Redis | Cluster | undefined;
  private readonly listeners = new Map<string, Set<Listener>>();

  constructor(
    private readonly commands: Redis | Cluster,
    private readonly connect: () => Redis | Cluster,
    private readonly prefix: string,
  ) {}

  /** The name that the server knows a channel by. */
  nameOf(channel: string): string {
    return `${this.prefix}:hint:${channel}`;
  }

  async publish(hints: readonly Hint[]): Promise<void> {
    await Promise.all(
      hints.map(({ channel, message }) => this.commands.publish(this.nameOf(channel), message)),
    );
  }

  async subscribe(channel: string, listener: Listener): Promise<Subscription> {
    const name = this.nameOf(channel);
    const known = this.listeners.get(name);
    const listeners = known ?? new Set<Listener>();
    // A wrapper of its own, so that the same function may subscribe twice.
    const own: Listener = (message) => listener(message);
    listeners.add(own);
    this.listeners.set(name, listeners);
    try {
      await this.open().subscribe(name);
    } catch (error) {
      listeners.delete(own);
      throw error;
    }
    return { close: () => this.unsubscribe(name, own) };
  }

  close(): void {
    this.subscriber?.disconnect();
  }

  private async unsubscribe(name: string, listener: Listener): Promise<void> {
    const listeners = this.listeners.get(name);
    listeners?.delete(listener);
    if (listeners?.size !== 0) return;
    this.listeners.delete(name);
    await this.subscriber?.unsubscribe(name);
  }

  private open(): Redis | Cluster {
    if (!this.subscriber) {
      this.subscriber = this.connect();
      this.subscriber.on("error", () => undefined);
      this.subscriber.on("message", (name: string, message: string) => {
        for (const listener of this.listeners.get(name) ?? []) listener(message);
      });
    }
    return this.subscriber;
  }
}
