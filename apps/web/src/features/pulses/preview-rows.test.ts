import { describe, expect, it } from "vitest";
import { findCrowdedDate, listPreviewRows } from "./preview-rows";

const runAt = (nominalAt: string) => ({
  slot: nominalAt,
  nominalAt,
  earliestAt: nominalAt,
  latestAt: nominalAt,
});

describe("the rows of a preview", () => {
  it("put a change of the clocks between the runs that it parts", () => {
    const runs = ["2027-03-27T08:30:00.000Z", "2027-03-28T07:30:00.000Z"].map(runAt);
    expect(listPreviewRows({ runs, gaps: [] }, "Europe/Paris")).toMatchObject([
      { kind: "run" },
      { kind: "clock", at: "2027-03-28T01:00:00.000Z", change: { minutes: 60 } },
      { kind: "run" },
    ]);
  });

  it("know clocks that go back, and by half an hour", () => {
    const runs = ["2027-04-03T00:00:00.000Z", "2027-04-05T00:00:00.000Z"].map(runAt);
    const [, change] = listPreviewRows({ runs, gaps: [] }, "Australia/Lord_Howe");
    expect(change).toMatchObject({ kind: "clock", at: "2027-04-03T15:00:00.000Z", change: { minutes: -30 } });
  });

  it("show what is left out before the run that comes after it", () => {
    const gap = {
      reason: "rest_day" as const,
      fromAt: "2027-05-01T07:30:00.000Z",
      fromDate: "2027-05-01",
      untilDate: "2027-05-02",
    };
    const runs = ["2027-04-30T07:30:00.000Z", "2027-05-03T07:30:00.000Z"].map(runAt);
    expect(listPreviewRows({ runs, gaps: [gap] }, "Europe/Paris").map(({ kind }) => kind)).toEqual([
      "run",
      "gap",
      "run",
    ]);
  });
});

describe("a crowded day", () => {
  const every30Minutes = (count: number) =>
    Array.from({ length: count }, (_, index) =>
      runAt(new Date(Date.parse("2027-05-01T00:00:00Z") + index * 1_800_000).toISOString()),
    );

  it("is one with more runs than a worker commits, by the dates of the pulse's zone", () => {
    expect(findCrowdedDate(every30Minutes(24), "Etc/UTC")).toBeUndefined();
    expect(findCrowdedDate(every30Minutes(25), "Etc/UTC")).toBe("2027-05-01");
    expect(findCrowdedDate(every30Minutes(25), "America/New_York")).toBeUndefined();
  });
});
