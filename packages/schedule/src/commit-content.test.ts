import { describe, expect, it } from "vitest";
import { type ContentRequest, commitContent, commitPath } from "./commit-content.js";

const request = (kind: ContentRequest["change"]["kind"]): ContentRequest => ({
  change: { kind, folder: "notes/pulse" },
  at: new Date("2026-02-28T23:30:05Z"),
  timeZone: "Europe/Paris",
  subject: "docs: update the journal",
  runCount: 12,
  streakDays: 3,
});

describe("commitContent", () => {
  it("appends a journal line to the file of the local month", () => {
    expect(commitContent(request("journal"))).toEqual({
      path: "notes/pulse/2026-03.md",
      mode: "append",
      content: "- 2026-03-01 00:30 docs: update the journal\n",
    });
  });

  it("replaces the data snapshot", () => {
    const { path, mode, content } = commitContent(request("snapshot"));
    expect({ path, mode }).toEqual({ path: "notes/pulse/snapshot.json", mode: "replace" });
    expect(content.endsWith("}\n")).toBe(true);
    expect(JSON.parse(content)).toEqual({
      date: "2026-03-01",
      timeZone: "Europe/Paris",
      writtenAt: "2026-02-28T23:30:05.000Z",
      runCount: 12,
      streakDays: 3,
    });
  });

  it("replaces the counter", () => {
    expect(commitContent(request("counter"))).toEqual({
      path: "notes/pulse/counter.txt",
      mode: "replace",
      content: "12\n",
    });
  });

  it("foretells the path before there is a subject", () => {
    for (const kind of ["journal", "snapshot", "counter"] as const) {
      expect(commitPath(request(kind))).toBe(commitContent(request(kind)).path);
    }
  });
});
