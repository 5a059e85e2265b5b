import pg from "pg";
import type { Subscription } from "../transport.js";
import { HINT_CHANNEL } from "./statements.js";

type Listener = (message: string) => void;

const RETRY_MS = 250;

export function encodeHint(channel: string, message: string): string {
  return JSON.stringify([channel, message]);
}

interface PostgresHintsOptions {
  connection: pg.ClientConfig;
  onError: (error: Error) => void;
  /** The connection had been lost, and hints with it. */
  onReconnect: () => void;
}

/** One listening connection per process, opened at the first subscription and again whenever it is lost. */
export class PostgresHints {
  private readonly listeners = new Map<string, Set<Listener>>();
  private opening: Promise<pg.Client> | undefined;
  private retry: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(private readonly options: PostgresHintsOptions) {}

  async subscribe(channel: string, listener: Listener): Promise<Subscription> {
    const listeners = this.listeners.get(channel) ?? new Set<Listener>();
    this.listeners.set(channel, listeners);
    // A wrapper of its own, so that the same function may subscribe twice.
    const own: Listener = (message) => listener(message);
    listeners.add(own);
    const close = async () => {
      listeners.delete(own);
      if (listeners.size === 0 && this.listeners.get(channel) === listeners) this.listeners.delete(channel);
    };
    try {
      await this.open();
    } catch (error) {
      await close();
      throw error;
    }
    return { close };
  }

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.retry);
    const client = await this.opening?.catch(() => undefined);
    await client?.end();
  }

  private open(): Promise<pg.Client> {
    if (!this.opening) {
      this.opening = this.connect();
      this.opening.catch(() => {
        this.opening = undefined;
      });
    }
    return this.opening;
  }

  private async connect(): Promise<pg.Client> {
    const client = new pg.Client(this.options.connection);
    client.on("error", this.options.onError);
    client.on("notification", ({ payload }) => this.hear(payload ?? ""));
    await client.connect();
    try {
      await client.query(`LISTEN ${HINT_CHANNEL}`);
    } catch (error) {
      // A server that recovers lets in and refuses this, as often as it is asked.
      client.end().catch(() => undefined);
      throw error;
    }
    client.once("end", () => this.lose());
    return client;
  }

  private lose(): void {
    this.opening = undefined;
    if (!this.closed) this.retry = setTimeout(() => this.reopen(), RETRY_MS);
  }

  private reopen(): void {
    this.open().then(this.options.onReconnect, (error: Error) => {
      this.options.onError(error);
      if (!this.closed) this.retry = setTimeout(() => this.reopen(), RETRY_MS);
    });
  }

  private hear(payload: string): void {
    const [channel, message] = JSON.parse(payload) as [string, string];
    for (const listener of this.listeners.get(channel) ?? []) listener(message);
  }
}
