import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stepOnGrid } from "./scrape-grid.js";

const due = new Date("2026-03-14T09:00:00.000Z");
const after = (ms: number) => new Date(due.getTime() + ms);
const step = (lateMs: number, seconds = 2) =>
  stepOnGrid({ dueAt: due, now: after(lateMs), intervalSeconds: seconds, nextIntervalSeconds: seconds });

describe("the grid of scrapes", () => {
  it("keeps its ticks however late within a tick the scrape starts", () => {
    for (const lateMs of [0, 1, 700, 1_999])
      expect(step(lateMs)).toEqual({ isOnTime: true, nextAt: after(2_000) });
  });

  it("skips the ticks that went by while nobody collected", () => {
    expect(step(2_000)).toEqual({ isOnTime: false, nextAt: after(4_000) });
    expect(step(3_600_001)).toEqual({ isOnTime: false, nextAt: after(3_602_000) });
  });

  it("starts the new rate from the tick that is due", () => {
    const slower = { dueAt: due, now: after(100), intervalSeconds: 2, nextIntervalSeconds: 60 };
    expect(stepOnGrid(slower)).toEqual({ isOnTime: true, nextAt: after(60_000) });
    expect(stepOnGrid({ ...slower, intervalSeconds: 60, nextIntervalSeconds: 2 }).nextAt).toEqual(
      after(2_000),
    );
  });

  it("always goes to a later tick of the same grid, and never to one that could be earlier", () => {
    const seconds = fc.integer({ min: 1, max: 86_400 });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 ** 9 }), seconds, seconds, (lateMs, interval, next) => {
        const now = after(lateMs);
        const { nextAt } = stepOnGrid({
          dueAt: due,
          now,
          intervalSeconds: interval,
          nextIntervalSeconds: next,
        });
        const aheadMs = nextAt.getTime() - now.getTime();
        expect(aheadMs > 0 && aheadMs <= next * 1_000).toBe(true);
        expect((nextAt.getTime() - due.getTime()) % (next * 1_000)).toBe(0);
      }),
    );
  });
});
