import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nextRun } from "./next-run.js";
import { type ReplanRequest, replan } from "./replan.js";
import { timingRequest, walk } from "./testing/test-timing.js";

/** Daily at 09:00 UTC with up to two hours of delay. */
const request = (changes: Partial<ReplanRequest> = {}): ReplanRequest => ({
  schedule: { kind: "cron", expression: "0 9 * * *" },
  timeZone: "UTC",
  pulseId: "0197a000-0000-7000-8000-000000000001",
  jitterSecret: "a secret of the test",
  jitter: { shape: "uniform", windowMinutes: 120, minimumGapMinutes: 0 },
  cursorAt: new Date("2026-01-01T09:00:00Z"),
  now: new Date("2026-01-02T08:00:00Z"),
  ...changes,
});

describe("replan", { timeout: 60_000 }, () => {
  it("keeps a run whose occurrence has passed and whose delay has not", () => {
    const today = nextRun({ ...request(), after: request().cursorAt });
    expect(today?.slot).toBe("2026-01-02T09:00:00Z");
    const now = new Date((today?.plannedAt.getTime() ?? 0) - 1_000);
    expect(now.getTime()).toBeGreaterThan(Date.parse("2026-01-02T09:00:00Z"));
    expect(replan(request({ now }))?.next).toEqual(today);
  });

  it("does not go back to a run that is due already, nor to one that the cursor has passed", () => {
    expect(replan(request({ now: new Date("2026-01-02T11:00:00Z") }))?.next.slot).toBe(
      "2026-01-03T09:00:00Z",
    );
    const planned = { cursorAt: new Date("2026-01-02T09:00:00Z"), now: new Date("2026-01-02T09:00:01Z") };
    expect(replan(request(planned))?.next.slot).toBe("2026-01-03T09:00:00Z");
  });

  it("catches up nothing that a long pause left out", () => {
    const cursorAt = new Date("2025-06-01T09:00:00Z");
    expect(replan(request({ cursorAt }))?.next.slot).toBe("2026-01-02T09:00:00Z");
  });

  it("finds nothing when the new settings leave nothing", () => {
    expect(replan(request({ schedule: { kind: "once", runAt: "2026-01-01T00:00:00Z" } }))).toBeUndefined();
  });

  it("goes on from any old settings to any new ones: later than now, at a distance, and where planning finds it", () => {
    fc.assert(
      fc.property(
        timingRequest,
        timingRequest,
        fc.integer({ min: 0, max: 86_400_000 }),
        (before, it, sinceMs) => {
          const last = walk(before, 3).at(-1);
          if (last === undefined) return;
          const now = new Date(last.plannedAt.getTime() + sinceMs);
          const { after: _, ...timing } = it;
          const lastPlannedAt = last.plannedAt;
          const found = replan({ ...timing, cursorAt: last.occurrenceAt, now, lastPlannedAt });
          if (found === undefined) return;
          const { next, cursorAt } = found;
          expect(next.plannedAt > now && next.occurrenceAt > last.occurrenceAt).toBe(true);
          expect(next.plannedAt.getTime() - lastPlannedAt.getTime()).toBeGreaterThanOrEqual(
            Math.max(it.jitter.minimumGapMinutes, 1) * 60_000,
          );
          expect(nextRun({ ...timing, after: cursorAt })).toEqual(next);
          const skipped = nextRun({ ...timing, after: now, lastPlannedAt });
          expect(skipped === undefined || skipped.plannedAt >= next.plannedAt).toBe(true);
        },
      ),
      { numRuns: 400 },
    );
  });
});
