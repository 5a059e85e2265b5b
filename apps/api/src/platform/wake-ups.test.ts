import { randomUUID } from "node:crypto";
import { beforeEach, expect, it, vi } from "vitest";
import type { Logger } from "./logger.js";
import type { Transport } from "./transport.js";
import { WakeUps } from "./wake-ups.js";

type Hear = (message: string) => void;

let messages: string[];
let hear: Hear;
let warn: ReturnType<typeof vi.fn<Logger["warn"]>>;
let isAway: boolean;
let wakeUps: WakeUps;

beforeEach(async () => {
  messages = [];
  isAway = false;
  warn = vi.fn<Logger["warn"]>();
  const transport = {
    subscribe: async (_channel: string, handle: Hear) => {
      hear = handle;
    },
    publish: async (sent: { message: string }[]) => {
      if (isAway) throw new Error("away");
      messages.push(...sent.map(({ message }) => message));
    },
  };
  wakeUps = new WakeUps(transport as unknown as Transport, { warn } as unknown as Logger);
  await wakeUps.onApplicationBootstrap();
});

it("wakes who waits in this process without a message, and nobody who has left", async () => {
  const wake = vi.fn<() => void>();
  const leave = wakeUps.listen("a", wake);
  expect(wakeUps.wakeHere(["a", "b"])).toEqual(["b"]);
  wakeUps.wake(["a"]);
  expect(wake).toHaveBeenCalledTimes(2);
  leave();
  expect([wakeUps.wakeHere(["a"]), wakeUps.size]).toEqual([["a"], 0]);
  await new Promise(setImmediate);
  expect(messages).toEqual([]);
});

it("wakes the others by one message of many, each named once", async () => {
  wakeUps.wake(["a", "b"]);
  wakeUps.wake(["b", "c"]);
  wakeUps.wake([]);
  await vi.waitFor(() => expect(messages).toEqual(["a,b,c"]));
  const wake = vi.fn<() => void>();
  wakeUps.listen("c", wake);
  hear("b,c");
  expect(wake).toHaveBeenCalledTimes(1);
});

it("wakes thousands by messages that PostgreSQL takes too", async () => {
  const ids = Array.from({ length: 1_000 }, () => randomUUID());
  wakeUps.wake(ids);
  await vi.waitFor(() => expect(messages.join(",").split(",")).toEqual(ids));
  // A hint travels as the JSON of its channel and message; `pg_notify` refuses 8,000 bytes and more.
  for (const message of messages)
    expect(JSON.stringify(["app:workers.offered", message]).length).toBeLessThan(8_000);
});

it("says so when the others cannot be told, and tells them of what comes later", async () => {
  isAway = true;
  wakeUps.wake(["a"]);
  await vi.waitFor(() => expect(warn).toHaveBeenCalledTimes(1));
  isAway = false;
  wakeUps.wake(["b"]);
  await vi.waitFor(() => expect(messages).toEqual(["b"]));
});
