import { setTimeout as delay } from "node:timers/promises";
import { startApp } from "./app-process.ts";
import { startFrontProxy } from "./front-proxy.ts";
import { startVisitors, type Visitors } from "./visitors.ts";

/** What runs before a deployment. */
export const CURRENT_VERSION = "v1.4.0";
/** Seconds that the shop's metrics look back: as many as lie between two samples, so that each is all news. */
const METRICS_WINDOW_SECONDS = 2;
/** A shop has been running for long when it is deployed to: its caches are filled before it is measured. */
const SETTLE_MS = 10_000;
/** Between the switch and the end of the old version: requests that are on their way to it arrive. */
const DRAIN_MS = 500;

export interface Shop {
  /** Where its metrics are; the same before and after a deployment. */
  endpoint: string;
  visitors: Visitors;
  /** Starts another version, sends the visitors there, and ends the one that ran. */
  replaceBy: (version: string) => Promise<void>;
}

export interface ShopOptions {
  port: number;
  hmacSecretPlain: string;
  visitorsPerSecond?: number | undefined;
  stop: AbortSignal;
  /** Is given what ends a part of the shop; the last part first is the right order. */
  onStarted: (end: () => Promise<unknown>) => void;
}

/** Opens the shop on a port of loopback, with visitors; returns when it has run for a while. */
export async function openShop({
  port,
  hmacSecretPlain,
  visitorsPerSecond,
  stop,
  onStarted,
}: ShopOptions): Promise<Shop> {
  const launch = async (version: string) => {
    const app = await startApp({
      version,
      windowSeconds: METRICS_WINDOW_SECONDS,
      hmacSecret: hmacSecretPlain,
    });
    onStarted(app.stop);
    return app;
  };
  let current = await launch(CURRENT_VERSION);
  const proxy = await startFrontProxy(port, current.port);
  onStarted(proxy.close);
  const visitors = startVisitors(port, visitorsPerSecond);
  onStarted(visitors.stop);
  await delay(SETTLE_MS, undefined, { signal: stop });
  return {
    endpoint: `http://127.0.0.1:${port}/seqpulse-metrics`,
    visitors,
    replaceBy: async (version) => {
      const next = await launch(version);
      proxy.switchTo(next.port);
      await delay(DRAIN_MS);
      await current.stop();
      current = next;
    },
  };
}
