import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { expandMissed, type MissedRequest } from "./expand-missed.js";

const MINUTE_MS = 60_000;
const HOUR_SECONDS = 3_600;
const GRACE_SECONDS = 5_400;

/** Half-hourly, with a server that comes back so many hours after it was last there. */
const after = (hours: number, changes: Partial<MissedRequest> = {}): MissedRequest => ({
  schedule: { kind: "every", everyMinutes: 30, anchorAt: "2026-01-01T00:00:00Z" },
  timeZone: "UTC",
  pulseId: "0197a000-0000-7000-8000-000000000001",
  jitterSecret: "a secret of the test",
  cursorAt: new Date("2026-01-05T00:00:00Z"),
  now: new Date(Date.parse("2026-01-05T00:00:00Z") + hours * HOUR_SECONDS * 1_000),
  windowSeconds: 12 * HOUR_SECONDS,
  lateSeconds: GRACE_SECONDS,
  policy: "catch_up_all",
  catchUpWithinSeconds: 36 * HOUR_SECONDS,
  spreadSeconds: 600,
  ...changes,
});
const startsOf = (request: MissedRequest) =>
  expandMissed(request).late.map(({ startAt }) => startAt.getTime() - request.now.getTime());

describe("after an absence", () => {
  it("begins what is late one by one, in order, at the minimum distance", () => {
    const { due, late } = expandMissed(after(11));
    expect(due).toEqual([]);
    expect(late).toHaveLength(22);
    expect(late.map(({ run }) => run.slot).toSorted()).toEqual(late.map(({ run }) => run.slot));
    const starts = startsOf(after(11));
    expect(starts[0]).toBeLessThanOrEqual(600_000);
    for (const [index, start] of starts.slice(1).entries())
      expect(start - (starts[index] ?? 0)).toBeGreaterThanOrEqual(MINUTE_MS - 1);
    const jitter = { shape: "uniform", windowMinutes: 0, minimumGapMinutes: 20 } as const;
    const apart = startsOf(after(4, { jitter }));
    expect((apart[1] ?? 0) - (apart[0] ?? 0)).toBeGreaterThanOrEqual(20 * MINUTE_MS - 1);
  });

  it("spreads the first ones of many pulses over the time given", () => {
    const firsts = Array.from({ length: 600 }, (_, pulse) => startsOf(after(3, { pulseId: `p${pulse}` }))[0]);
    const perMinute = Array.from(
      { length: 10 },
      (_, minute) => firsts.filter((ms = -1) => Math.floor(ms / MINUTE_MS) === minute).length,
    );
    expect(perMinute.reduce((sum, count) => sum + count)).toBe(600);
    expect(Math.max(...perMinute)).toBeLessThan(100);
    expect(Math.min(...perMinute)).toBeGreaterThan(30);
  });

  it("keeps its distances also where the oldest have little time left", () => {
    const starts = startsOf(after(11.9));
    expect(starts).toHaveLength(23);
    expect(starts[0]).toBeLessThanOrEqual(18 * MINUTE_MS);
    for (const [index, start] of starts.slice(1).entries())
      expect(start - (starts[index] ?? 0)).toBeGreaterThanOrEqual(MINUTE_MS - 1);
  });

  it("puts nothing off that is not late yet", () => {
    const { due, late } = expandMissed(after(1.5));
    expect([due.length, late.length]).toEqual([3, 0]);
    expect(expandMissed(after(2.1)).late).toHaveLength(4);
  });

  it("makes what is hardly late no more than twice as late", () => {
    const starts = Array.from({ length: 50 }, (_, pulse) =>
      startsOf(after(0.51, { pulseId: `p${pulse}`, lateSeconds: 30 })),
    );
    expect(starts.every(([start = -1]) => start >= 0 && start <= 36_000)).toBe(true);
  });

  it("does what was missed after what is late", () => {
    const request = after(14);
    const { late, recoveries } = expandMissed(request);
    const lastMs = Math.max(...late.map(({ startAt }) => startAt.getTime()));
    expect(recoveries.length).toBeGreaterThan(0);
    for (const { plannedAt } of recoveries)
      expect(plannedAt.getTime()).toBeGreaterThanOrEqual(lastMs + MINUTE_MS);
    expect(expandMissed(after(14, { policy: "catch_up_latest" })).recoveries).toEqual([]);
  });

  it("accounts for each occurrence once, and leaves a worker half of the time that is left for each", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 72 * 60 }),
        fc.integer({ min: 5, max: 400 }),
        fc.integer({ min: 0, max: 300 }),
        fc.integer({ min: 0, max: 40_000 }),
        (minutesAway, everyMinutes, minimumGapMinutes, spreadSeconds) => {
          const request = after(minutesAway / 60, {
            schedule: { kind: "every", everyMinutes, anchorAt: "2026-01-01T00:00:00Z" },
            jitter: { shape: "uniform", windowMinutes: 0, minimumGapMinutes },
            spreadSeconds,
            limit: 10_000,
          });
          const { due, late, missed } = expandMissed(request);
          const all = [...missed, ...due, ...late.map(({ run }) => run)];
          const { lateSeconds: _, ...atOnce } = request;
          const before = expandMissed(atOnce);
          expect(all).toEqual([...before.missed, ...before.due]);
          let lastMs = request.now.getTime();
          for (const { run, startAt } of late) {
            const closesMs = run.plannedAt.getTime() + request.windowSeconds * 1_000;
            const leftMs = closesMs - request.now.getTime();
            expect(startAt.getTime()).toBeGreaterThanOrEqual(lastMs);
            expect(closesMs - startAt.getTime()).toBeGreaterThanOrEqual(leftMs / 2);
            lastMs = startAt.getTime();
          }
        },
      ),
      { numRuns: 150 },
    );
  });
});
