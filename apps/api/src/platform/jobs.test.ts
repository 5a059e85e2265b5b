import { expect, it } from "vitest";
import type { Env } from "../env.js";
import { Jobs } from "./jobs.js";
import type { Logger } from "./logger.js";
import type { Transport } from "./transport.js";

it("refuses a loop that would look dead between two turns", () => {
  const jobs = new Jobs({} as Env, {} as Transport, {} as Logger);
  const loop = { name: "seldom", role: "scheduler", run: () => Promise.resolve("idle" as const) } as const;
  expect(() => jobs.every({ ...loop, intervalMs: 30_001 })).toThrow(
    "The loop seldom has to turn at least each 30 s",
  );
  jobs.every({ ...loop, intervalMs: 30_000 });
  expect(jobs.neededRoles()).toEqual(["scheduler"]);
});
