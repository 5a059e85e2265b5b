import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ScheduleOccurrence } from "../runner-host.js";
import { FakeClock } from "../testing/fake-clock.js";
import { MemoryHost } from "../testing/memory-host.js";
import { findNextDue, isCronLine } from "./cron-line.js";
import { ScheduleWatcher } from "./schedule-watcher.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = Date.parse("2026-11-20T10:00:30Z");
const PATH = ".github/workflows/wake.yml";

function workflow(...crons: readonly string[]): string {
  const lines = crons.map((cron) => `    - cron: "${cron}"`).join("\n");
  return `on:\n  schedule:\n${lines}\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: "true"\n`;
}

function watch(timeScale: number, host = new MemoryHost()) {
  const clock = new FakeClock(START);
  const due: { cron: string; dueAt: string; realAt: number }[] = [];
  const onDue = async ({ cron, dueAt }: ScheduleOccurrence) => {
    due.push({ cron, dueAt: new Date(dueAt).toISOString(), realAt: clock.now() });
  };
  const watcher = new ScheduleWatcher({ host, clock, timeScale, tickMs: 1000, onDue });
  watcher.start();
  /** Lets each tick finish before the next timer fires. */
  const pass = async (realMs: number) => {
    const until = clock.now() + realMs;
    do await new Promise((resolve) => setImmediate(resolve));
    while (clock.fireNext(until));
  };
  return { host, clock, due, pass, watcher, stop: () => watcher.stop() };
}

describe("schedules", () => {
  test("fire on the minute in UTC in real time", async () => {
    const { host, due, pass } = watch(1);
    host.commit(PATH, workflow("17 * * * *"));
    await pass(2 * HOUR);
    expect(due.map(({ dueAt }) => dueAt)).toEqual(["2026-11-20T10:17:00.000Z", "2026-11-20T11:17:00.000Z"]);
    expect(due[0]?.realAt).toBe(Date.parse("2026-11-20T10:17:00Z"));
  });

  test("are compressed: at scale 60 an hourly line fires about once a real minute", async () => {
    const { host, due, pass } = watch(60);
    host.commit(PATH, workflow("17 * * * *"));
    await pass(5 * MINUTE);
    expect(due).toHaveLength(5);
    const gaps = due.slice(1).map(({ realAt }, index) => realAt - (due[index]?.realAt ?? 0));
    for (const gap of gaps) expect(Math.abs(gap - MINUTE)).toBeLessThanOrEqual(1000);
  });

  test("keep five minutes between occurrences of a line", async () => {
    const { host, due, pass } = watch(1);
    host.commit(PATH, workflow("* * * * *"));
    await pass(17 * MINUTE);
    expect(due.map(({ dueAt }) => dueAt.slice(11, 16))).toEqual(["10:01", "10:06", "10:11", "10:16"]);
  });

  test("follow the file when the default branch moves, and go when it goes", async () => {
    const { host, due, pass } = watch(1);
    host.commit(PATH, workflow("10 * * * *"));
    await pass(15 * MINUTE);
    host.commit(PATH, workflow("20 * * * *"));
    await pass(10 * MINUTE);
    host.commit(PATH, "broken: [");
    await pass(2 * HOUR);
    expect(due.map(({ dueAt }) => dueAt.slice(11, 16))).toEqual(["10:10", "10:20"]);
  });

  test("keep their place when another file changes", async () => {
    const { host, due, pass } = watch(1);
    host.commit(PATH, workflow("*/5 * * * *"));
    await pass(6 * MINUTE);
    host.commit("README.md", "x");
    await pass(5 * MINUTE);
    expect(due.map(({ dueAt }) => dueAt.slice(11, 16))).toEqual(["10:05", "10:10"]);
  });

  test("can be late or dropped by a fault, in schedule time", async () => {
    const host = new MemoryHost();
    const fates = [{ kind: "late", delayMs: 2 * HOUR } as const, { kind: "dropped" } as const, undefined];
    host.fault = () => fates.shift();
    const { due, pass } = watch(60, host);
    host.commit(PATH, workflow("0 * * * *"));
    await pass(3 * MINUTE + 10_000);
    expect(due.map(({ dueAt }) => dueAt.slice(11, 16))).toEqual(["13:00", "11:00"]);
    expect(due[0]?.realAt).toBeGreaterThanOrEqual(START + 2.9 * MINUTE);
  });

  test("go on from where they are at another speed", async () => {
    const { host, due, pass, watcher } = watch(1);
    host.commit(PATH, workflow("0 * * * *"));
    await pass(10 * MINUTE);
    watcher.setTimeScale(60);
    await pass(MINUTE);
    watcher.setTimeScale(1);
    await pass(10 * MINUTE);
    expect(due.map(({ dueAt }) => dueAt.slice(11, 16))).toEqual(["11:00"]);
    expect(due[0]?.realAt).toBeLessThanOrEqual(START + 11 * MINUTE);
    expect(() => watcher.setTimeScale(0)).toThrow(RangeError);
  });

  test("stop for good", async () => {
    const { host, due, pass, stop } = watch(60);
    host.commit(PATH, workflow("0 * * * *"));
    await stop();
    await pass(10 * MINUTE);
    expect(due).toEqual([]);
  });
});

describe("cron lines", () => {
  test.each(["* * * * *", "*/15 9-18 * * MON-FRI", "0 0 1,15 jan *"])("takes %s", (line) => {
    expect(isCronLine(line)).toBe(true);
  });

  test.each(["", "* * * *", "* * * * * *", "60 * * * *", "@hourly", "0 0 L * *", "0 0 * * 5#2", "? * * * *"])(
    "refuses %s",
    (line) => {
      expect(isCronLine(line)).toBe(false);
    },
  );

  test("the next occurrence is later, on the minute, and five minutes from the last", () => {
    const minute = fc.nat({ max: 59 });
    fc.assert(
      fc.property(minute, fc.integer({ min: 1, max: 30 }), fc.nat({ max: 10 * HOUR }), (at, every, since) => {
        const afterAt = START + since;
        for (const line of [`${at} * * * *`, `*/${every} * * * *`]) {
          const dueAt = findNextDue(line, { afterAt, lastAt: Math.floor(afterAt / MINUTE) * MINUTE }) ?? 0;
          expect(dueAt).toBeGreaterThan(afterAt);
          expect(dueAt % MINUTE).toBe(0);
          expect(dueAt - Math.floor(afterAt / MINUTE) * MINUTE).toBeGreaterThanOrEqual(5 * MINUTE);
        }
      }),
    );
  });

  test("has none for a date that never comes", () => {
    expect(findNextDue("0 0 30 2 *", { afterAt: START })).toBeUndefined();
  });
});
