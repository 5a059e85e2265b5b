import type { Jitter, RestRules, Schedule } from "@pulsekeep/contracts/schedule";
import { previewRuns } from "@pulsekeep/schedule";
import { describe, expect, it } from "vitest";
import { listPreviewGaps } from "./preview-gaps.js";

const NO_REST: RestRules = { restWeekdays: [], skipDates: [], freezes: [], pausedUntil: null };
const DAILY: Schedule = { kind: "cron", expression: "30 9 * * *" };
/** A Wednesday. */
const NOW = new Date("2026-11-25T12:00:00Z");

function gapsOf(
  change: Partial<RestRules>,
  more: { schedule?: Schedule; count?: number; timeZone?: string; jitter?: Jitter } = {},
) {
  const { count = 10, schedule = DAILY, timeZone = "Europe/Paris", jitter } = more;
  const request = {
    schedule,
    timeZone,
    pulseId: "preview",
    jitterSecret: "preview",
    rest: { ...NO_REST, ...change },
    after: NOW,
    ...(jitter && { jitter }),
  };
  const runs = previewRuns({ ...request, count });
  return listPreviewGaps(request, runs, runs.length < count).map(({ reason, fromDate, untilDate }) => [
    reason,
    fromDate,
    untilDate,
  ]);
}

describe("the gaps of a preview", () => {
  it("are none when nothing is left out", () => {
    expect(gapsOf({})).toEqual([]);
  });

  it("name each row of rest days once", () => {
    expect(gapsOf({ restWeekdays: ["sat", "sun"] })).toEqual([
      ["rest_day", "2026-11-28", "2026-11-29"],
      ["rest_day", "2026-12-05", "2026-12-06"],
    ]);
  });

  it("tell skipped dates, freezes and a pause apart, in order", () => {
    const gaps = gapsOf(
      {
        pausedUntil: "2026-11-27T12:00:00Z",
        skipDates: ["2026-11-30"],
        freezes: [{ fromDate: "2026-12-02", untilDate: "2026-12-04" }],
      },
      { count: 5 },
    );
    expect(gaps).toEqual([
      ["paused", "2026-11-26", "2026-11-27"],
      ["skip_date", "2026-11-30", "2026-11-30"],
      ["freeze", "2026-12-02", "2026-12-04"],
    ]);
  });

  it("reach over a year's freeze of a dense schedule", () => {
    const gaps = gapsOf(
      { freezes: [{ fromDate: "2026-11-01", untilDate: "2027-10-31" }] },
      { schedule: { kind: "every", everyMinutes: 5, anchorAt: "2026-01-01T00:00:00Z" }, count: 3 },
    );
    expect(gaps).toEqual([["freeze", "2026-11-25", "2027-10-31"]]);
  });

  it("say what the minimum distance drops", () => {
    const gaps = gapsOf(
      {},
      {
        schedule: { kind: "cron", expression: "0,30 9 * * *" },
        count: 2,
        jitter: { shape: "uniform", windowMinutes: 0, minimumGapMinutes: 60 },
      },
    );
    expect(gaps).toEqual([["minimum_distance", "2026-11-26", "2026-11-26"]]);
  });

  it("reach the last run of a dense schedule that the minimum distance thins out", () => {
    const gaps = gapsOf(
      { restWeekdays: ["sat"], skipDates: ["2026-12-09"] },
      {
        schedule: { kind: "cron", expression: "* * * * *" },
        count: 50,
        jitter: { shape: "uniform", windowMinutes: 0, minimumGapMinutes: 660 },
      },
    );
    expect(gaps.filter(([reason]) => reason !== "minimum_distance")).toEqual([
      ["rest_day", "2026-11-28", "2026-11-28"],
      ["rest_day", "2026-12-05", "2026-12-05"],
      ["skip_date", "2026-12-09", "2026-12-09"],
      ["rest_day", "2026-12-12", "2026-12-12"],
      ["rest_day", "2026-12-19", "2026-12-19"],
    ]);
  });

  it("end with the calendar", () => {
    const schedule: Schedule = { kind: "cron", expression: "* * * * *" };
    expect(
      gapsOf({ pausedUntil: "9999-12-31T23:59:59Z" }, { schedule, timeZone: "Pacific/Kiritimati" }),
    ).toEqual([["paused", "2026-11-26", "9999-12-31"]]);
    const freezes = [{ fromDate: "2000-01-01", untilDate: "9999-12-31" }];
    expect(gapsOf({ freezes }, { schedule })).toEqual([["freeze", "2026-11-25", "9999-12-31"]]);
  });

  it.each(["Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kathmandu"])(
    "use the dates of the pulse's own zone: %s",
    (timeZone) => {
      const gaps = gapsOf(
        { skipDates: ["2026-11-28"], freezes: [{ fromDate: "2026-11-30", untilDate: "2026-12-01" }] },
        { timeZone, schedule: { kind: "cron", expression: "5 0,23 * * *" }, count: 12 },
      );
      expect(gaps).toEqual([
        ["skip_date", "2026-11-28", "2026-11-28"],
        ["freeze", "2026-11-30", "2026-12-01"],
      ]);
    },
  );
});
