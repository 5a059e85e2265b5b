import type { Schedule } from "@pulsekeep/contracts/schedule";
import { describe, expect, it } from "vitest";
import { previewRuns } from "./preview-runs.js";

const planned = (timeZone: string, schedule: Schedule, after: string, count: number) =>
  previewRuns({ schedule, timeZone, pulseId: "p", jitterSecret: "s", after: new Date(after), count }).map(
    (run) => run.slot.slice(0, 16),
  );

/** Each row is a real change of a clock; the runs are told in UTC. */
const CHANGES: readonly [what: string, zone: string, cron: string, after: string, runs: readonly string[]][] =
  [
    [
      "a gap of an hour at 02:00",
      "America/New_York",
      "30 2 * * *",
      "2026-03-07T12:00:00Z",
      ["2026-03-08T07:00", "2026-03-09T06:30"],
    ],
    [
      "a fold of an hour at 02:00, with an hourly pulse",
      "America/New_York",
      "15 * * * *",
      "2026-11-01T04:20:00Z",
      ["2026-11-01T05:15", "2026-11-01T07:15", "2026-11-01T08:15"],
    ],
    [
      "a gap of half an hour",
      "Australia/Lord_Howe",
      "0,10,40 2 * * *",
      "2026-10-03T12:00:00Z",
      ["2026-10-03T15:30", "2026-10-03T15:40", "2026-10-04T15:00"],
    ],
    [
      "a fold of half an hour",
      "Australia/Lord_Howe",
      "0,30,59 1 * * *",
      "2026-04-04T12:00:00Z",
      ["2026-04-04T14:00", "2026-04-04T14:30", "2026-04-04T14:59", "2026-04-05T14:30"],
    ],
    [
      "the clock set back for Ramadan",
      "Africa/Casablanca",
      "30 2 * * *",
      "2026-02-14T12:00:00Z",
      ["2026-02-15T01:30", "2026-02-16T02:30"],
    ],
    [
      "the clock set forward after Ramadan",
      "Africa/Casablanca",
      "30 2 * * *",
      "2026-03-21T12:00:00Z",
      ["2026-03-22T02:00", "2026-03-23T01:30"],
    ],
    [
      "a quarter of an hour, skipped for good at New Year",
      "Asia/Kathmandu",
      "5,20 0 * * *",
      "1985-12-31T12:00:00Z",
      ["1985-12-31T18:30", "1985-12-31T18:35", "1986-01-01T18:20", "1986-01-01T18:35"],
    ],
    [
      "a whole date skipped",
      "Pacific/Apia",
      "0 9,21 * * *",
      "2011-12-29T12:00:00Z",
      ["2011-12-29T19:00", "2011-12-30T07:00", "2011-12-30T10:00", "2011-12-30T19:00"],
    ],
    [
      "a gap at midnight",
      "America/Sao_Paulo",
      "0 0 * * *",
      "2018-11-03T12:00:00Z",
      ["2018-11-04T03:00", "2018-11-05T02:00"],
    ],
    [
      "a fold before midnight",
      "America/Sao_Paulo",
      "30 23 * * *",
      "2019-02-16T12:00:00Z",
      ["2019-02-17T01:30", "2019-02-18T02:30"],
    ],
    [
      "summer time abolished: the year after has no gap",
      "America/Sao_Paulo",
      "30 0 * * *",
      "2019-11-02T12:00:00Z",
      ["2019-11-03T03:30", "2019-11-04T03:30"],
    ],
    [
      "a gap of two hours",
      "Antarctica/Troll",
      "30 1,2 * * *",
      "2026-03-28T12:00:00Z",
      ["2026-03-29T01:00", "2026-03-29T23:30", "2026-03-30T00:30"],
    ],
    [
      "a fold of two hours",
      "Antarctica/Troll",
      "30 1,2 * * *",
      "2026-10-24T12:00:00Z",
      ["2026-10-24T23:30", "2026-10-25T00:30", "2026-10-26T01:30"],
    ],
    [
      "a fold that repeats the last hour of a date",
      "Africa/Cairo",
      "30 23 * * *",
      "2026-10-29T12:00:00Z",
      ["2026-10-29T20:30", "2026-10-30T21:30"],
    ],
    [
      "a fold that repeats the first hour of a date",
      "America/Havana",
      "30 0 * * *",
      "2026-10-31T12:00:00Z",
      ["2026-11-01T04:30", "2026-11-02T05:30"],
    ],
    [
      "a gap of the last hour of a date, which keeps its run",
      "America/Nuuk",
      "30 23 * * *",
      "2026-03-27T12:00:00Z",
      ["2026-03-28T01:30", "2026-03-29T00:59", "2026-03-30T00:30"],
    ],
    [
      "a gap of the last hour of a date, before a run at midnight",
      "America/Scoresbysund",
      "0,45 0,22,23 * * *",
      "2026-03-29T00:30:00Z",
      ["2026-03-29T00:45", "2026-03-29T00:59", "2026-03-29T01:00", "2026-03-29T01:45"],
    ],
    [
      "a zone that moves for good by half an hour",
      "America/Caracas",
      "45 2 * * *",
      "2016-04-30T00:00:00Z",
      ["2016-04-30T07:15", "2016-05-01T07:00", "2016-05-02T06:45"],
    ],
  ];

describe("a change of the clock", () => {
  it.each(CHANGES)("is followed: %s (%s)", (_, timeZone, expression, after, runs) => {
    expect(planned(timeZone, { kind: "cron", expression }, after, runs.length)).toEqual(runs);
  });

  it("shortens and lengthens the hours of a day that are cut into parts, by the wall clock", () => {
    const schedule: Schedule = {
      kind: "times",
      count: 4,
      per: "day",
      fromHour: 0,
      untilHour: 8,
      weekdays: ["sun"],
    };
    expect(planned("Europe/Paris", schedule, "2026-03-28T12:00:00Z", 4)).toEqual([
      "2026-03-28T23:00",
      "2026-03-29T01:00",
      "2026-03-29T02:00",
      "2026-03-29T04:00",
    ]);
    expect(planned("Europe/Paris", schedule, "2026-10-24T12:00:00Z", 4)).toEqual([
      "2026-10-24T22:00",
      "2026-10-25T00:00",
      "2026-10-25T03:00",
      "2026-10-25T05:00",
    ]);
  });

  it("keeps a delay inside the date also when the date lasts 23 hours", () => {
    const runs = previewRuns({
      schedule: { kind: "cron", expression: "0 12 24 4 *" },
      timeZone: "Africa/Cairo",
      pulseId: "p",
      jitterSecret: "s",
      jitter: { shape: "uniform", windowMinutes: 720, minimumGapMinutes: 0 },
      after: new Date("2026-01-01T00:00:00Z"),
      count: 1,
    });
    expect(runs[0]?.latestAt.toISOString()).toBe("2026-04-24T20:59:59.000Z");
  });

  it("never moves a run out of a gap into a date of rest", () => {
    const runs = previewRuns({
      schedule: { kind: "cron", expression: "30 23 * * *" },
      timeZone: "America/Nuuk",
      pulseId: "p",
      jitterSecret: "s",
      jitter: { shape: "uniform", windowMinutes: 720, minimumGapMinutes: 0 },
      rest: { restWeekdays: ["sun"], skipDates: [], freezes: [], pausedUntil: null },
      after: new Date("2026-03-28T12:00:00Z"),
      count: 2,
    });
    expect(runs.map(({ slot }) => slot)).toEqual(["2026-03-29T00:59:00Z", "2026-03-31T00:30:00Z"]);
    expect(runs[0]?.latestAt.toISOString()).toBe("2026-03-29T00:59:59.000Z");
  });

  it("moves a pulse with its user: the next run is read in the new zone", () => {
    const schedule: Schedule = { kind: "cron", expression: "0 9 * * *" };
    const after = "2026-06-01T07:00:00Z";
    expect(planned("Europe/Paris", schedule, after, 1)).toEqual(["2026-06-02T07:00"]);
    expect(planned("America/New_York", schedule, after, 1)).toEqual(["2026-06-01T13:00"]);
  });
});
