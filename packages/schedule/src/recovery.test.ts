import { describe, expect, it } from "vitest";
import { expandMissed, type MissedRequest } from "./expand-missed.js";
import { planRecoveries } from "./recovery.js";

const HOUR_SECONDS = 3_600;

/** Daily at 09:00 UTC, down from the evening of 1 January to the morning of 6 January. */
const request = (changes: Partial<MissedRequest> = {}): MissedRequest => ({
  schedule: { kind: "cron", expression: "0 9 * * *" },
  timeZone: "UTC",
  pulseId: "0197a000-0000-7000-8000-000000000001",
  jitterSecret: "a secret of the test",
  cursorAt: new Date("2026-01-01T09:00:00Z"),
  now: new Date("2026-01-06T06:00:00Z"),
  windowSeconds: 6 * HOUR_SECONDS,
  policy: "catch_up_latest",
  catchUpWithinSeconds: 72 * HOUR_SECONDS,
  spreadSeconds: 0,
  ...changes,
});

const slots = (runs: readonly { slot: string }[]) => runs.map((run) => run.slot.slice(0, 10));
const planned = (runs: readonly { plannedAt: Date }[]) =>
  runs.map((run) => run.plannedAt.toISOString().slice(0, 16));

describe("expandMissed", () => {
  it("accounts for every occurrence since the cursor and moves the cursor behind the last", () => {
    const { missed, due, cursorAt, hasMore } = expandMissed(request());
    expect(slots(missed)).toEqual(["2026-01-02", "2026-01-03", "2026-01-04", "2026-01-05"]);
    expect({ due, hasMore }).toEqual({ due: [], hasMore: false });
    expect(cursorAt).toEqual(new Date("2026-01-05T09:00:00Z"));
  });

  it("runs late, and does not miss, what is still within its window", () => {
    const { missed, due } = expandMissed(request({ now: new Date("2026-01-06T14:59:59Z") }));
    expect(slots(due)).toEqual(["2026-01-06"]);
    expect(slots(missed)).toHaveLength(4);
    const later = expandMissed(request({ now: new Date("2026-01-06T15:00:00Z") }));
    expect(slots(later.missed).at(-1)).toBe("2026-01-06");
  });

  it("leaves the cursor where it is when nothing has come due", () => {
    const quiet = request({ now: new Date("2026-01-02T08:59:59Z") });
    expect(expandMissed(quiet)).toEqual({
      due: [],
      late: [],
      missed: [],
      recoveries: [],
      cursorAt: quiet.cursorAt,
      next: expect.objectContaining({ slot: "2026-01-02T09:00:00Z" }),
      hasMore: false,
    });
  });

  it("names the run behind the cursor, also behind a part and after the end", () => {
    expect(expandMissed(request()).next?.slot).toBe("2026-01-06T09:00:00Z");
    expect(expandMissed(request({ limit: 2 })).next?.slot).toBe("2026-01-04T09:00:00Z");
    const once = { kind: "once", runAt: "2026-01-03T09:00:00Z" } as const;
    expect(expandMissed(request({ schedule: once })).next).toBeUndefined();
  });

  it("goes through a long downtime in parts, losing and repeating nothing", () => {
    const long = request({ schedule: { kind: "cron", expression: "*/30 * * * *" }, limit: 50 });
    const whole = expandMissed({ ...long, limit: 10_000 });
    const parts: string[] = [];
    let part = expandMissed(long);
    for (;;) {
      parts.push(...[...part.missed, ...part.due].map((run) => run.slot));
      if (!part.hasMore) break;
      expect(part.recoveries).toEqual([]);
      part = expandMissed({ ...long, cursorAt: part.cursorAt });
    }
    expect(parts).toEqual([...whole.missed, ...whole.due].map((run) => run.slot));
    expect(part.recoveries).toEqual(whole.recoveries);
  });
});

describe("planRecoveries", () => {
  it("does nothing again under skip", () => {
    expect(expandMissed(request({ policy: "skip" })).recoveries).toEqual([]);
  });

  it("does the newest again under catch_up_latest", () => {
    expect(slots(expandMissed(request()).recoveries)).toEqual(["2026-01-05"]);
  });

  it("adds nothing under catch_up_latest when a newer run is due anyway", () => {
    expect(expandMissed(request({ now: new Date("2026-01-06T10:00:00Z") })).recoveries).toEqual([]);
  });

  it("does all within the window again under catch_up_all, oldest first, a minute apart at least", () => {
    const { recoveries } = expandMissed(request({ policy: "catch_up_all" }));
    expect(slots(recoveries)).toEqual(["2026-01-03", "2026-01-04", "2026-01-05"]);
    expect(planned(recoveries)).toEqual(["2026-01-06T06:00", "2026-01-06T06:01", "2026-01-06T06:02"]);
  });

  it("keeps the minimum distance to each other and to the runs that are planned anyway", () => {
    const jitter = { shape: "uniform", windowMinutes: 0, minimumGapMinutes: 120 } as const;
    const { recoveries } = expandMissed(request({ policy: "catch_up_all", jitter }));
    expect(planned(recoveries)).toEqual(["2026-01-06T06:00", "2026-01-06T11:00", "2026-01-06T13:00"]);
  });

  it("keeps the distance to a due run and to an earlier recovery", () => {
    const jitter = { shape: "uniform", windowMinutes: 0, minimumGapMinutes: 60 } as const;
    const late = request({ policy: "catch_up_all", jitter, now: new Date("2026-01-06T10:00:00Z") });
    expect(planned(expandMissed(late).recoveries)[0]).toBe("2026-01-06T11:00");
    const lastRecoveryAt = new Date("2026-01-06T12:30:00Z");
    expect(planned(expandMissed({ ...late, lastRecoveryAt }).recoveries)[0]).toBe("2026-01-06T13:30");
  });

  it("recovers nothing on a rest day or during a pause", () => {
    const rest = {
      restWeekdays: ["tue" as const],
      skipDates: ["2026-01-07"],
      freezes: [],
      pausedUntil: null,
    };
    expect(planned(expandMissed(request({ rest })).recoveries)).toEqual(["2026-01-08T00:00"]);
    const pausedUntil = "2026-01-07T10:00:00Z";
    const paused = { ...rest, restWeekdays: [], skipDates: [], pausedUntil };
    const missed = expandMissed(request()).missed;
    const recoveries = planRecoveries({ ...request({ rest: paused }), missed, due: [] });
    expect(planned(recoveries)).toEqual(["2026-01-07T10:00"]);
  });

  it("leaves out what finds no place within the window", () => {
    const crowded = request({
      schedule: { kind: "cron", expression: "0 * * * *" },
      jitter: { shape: "uniform", windowMinutes: 0, minimumGapMinutes: 45 },
      policy: "catch_up_all",
      catchUpWithinSeconds: 12 * HOUR_SECONDS,
    });
    const { missed, recoveries } = expandMissed(crowded);
    expect(missed.length).toBeGreaterThan(100);
    expect(recoveries).toEqual([]);
  });

  it("spreads the recoveries of many pulses over the time given", () => {
    const at = Array.from({ length: 600 }, (_, pulse) => {
      const spread = request({ pulseId: `pulse ${pulse}`, spreadSeconds: HOUR_SECONDS });
      return (expandMissed(spread).recoveries[0]?.plannedAt.getTime() ?? 0) - spread.now.getTime();
    });
    const perTenMinutes = Array.from(
      { length: 6 },
      (_, part) => at.filter((ms) => Math.floor(ms / 600_000) === part).length,
    );
    expect(perTenMinutes.reduce((sum, count) => sum + count)).toBe(600);
    expect(Math.max(...perTenMinutes)).toBeLessThan(150);
    expect(Math.min(...perTenMinutes)).toBeGreaterThan(50);
  });
});
