import { describe, expect, it } from "vitest";
import type { WorkflowFacts } from "../github/workflow.js";
import type { RunningStatus } from "./status-file.js";
import { findActionsProblem, findProblem, nextScheduled } from "./worker-status.js";

const now = new Date("2026-03-14T09:26:53.000Z");
const ago = (minutes: number) => new Date(now.getTime() - minutes * 60_000).toISOString();

const running = (changes: Partial<RunningStatus> = {}): RunningStatus => ({
  version: 1,
  pid: 1,
  startedAt: ago(60),
  state: "connected",
  why: null,
  lastCheckInAt: ago(5),
  lastHeardAt: ago(0.4),
  lastRun: null,
  runsPerformed: 0,
  ...changes,
});

const workflow = (changes: Partial<WorkflowFacts> = {}): WorkflowFacts => ({
  state: "active",
  cron: "17 * * * *",
  lastRun: {
    createdAt: ago(50),
    event: "schedule",
    status: "completed",
    conclusion: "success",
    url: "https://a.example",
  },
  ...changes,
});

describe("a resident worker", () => {
  it("works while the server was heard within the last minutes", () => {
    expect(findProblem(running(), now)).toBeNull();
    expect(findProblem(running({ state: "away", why: "ECONNREFUSED", lastHeardAt: ago(2) }), now)).toBeNull();
  });

  it.each([
    [undefined, /never run/],
    [running({ state: "stopped" }), /stopped/],
    [running({ state: "refused", why: "worker_disabled" }), /worker_disabled/],
    [running({ state: "away", why: "ECONNREFUSED", lastHeardAt: ago(10) }), /10 minutes \(ECONNREFUSED\)/],
    [running({ lastHeardAt: ago(30) }), /30 minutes/],
    [running({ state: "connecting", lastHeardAt: null }), /60 minutes/],
  ])("has a problem otherwise", (status, problem) => {
    expect(findProblem(status, now)).toMatch(problem);
  });
});

describe("a worker on GitHub Actions", () => {
  it("works while its workflow is on, good and in time", () => {
    expect(findActionsProblem(workflow(), now)).toBeNull();
    const underWay = {
      ...workflow().lastRun,
      status: "in_progress",
      conclusion: null,
    } as WorkflowFacts["lastRun"];
    expect(findActionsProblem(workflow({ lastRun: underWay }), now)).toBeNull();
  });

  it.each([
    [workflow({ state: null }), /not in the repository/],
    [workflow({ state: "disabled_inactivity" }), /disabled_inactivity/],
    [workflow({ lastRun: null }), /never run/],
    [
      workflow({
        lastRun: {
          createdAt: ago(5),
          event: "schedule",
          status: "completed",
          conclusion: "failure",
          url: "https://a.example/1",
        },
      }),
      /failure: https/,
    ],
    [
      workflow({
        lastRun: {
          createdAt: ago(600),
          event: "schedule",
          status: "completed",
          conclusion: "success",
          url: "u",
        },
      }),
      /not started it since/,
    ],
  ])("has a problem otherwise", (facts, problem) => {
    expect(findActionsProblem(facts, now)).toMatch(problem);
  });

  it("comes next when its cron expression says, in UTC", () => {
    expect(nextScheduled("17 * * * *", now)).toBe("2026-03-14T10:17:00.000Z");
    expect(nextScheduled("0 */6 * * *", now)).toBe("2026-03-14T12:00:00.000Z");
    expect(nextScheduled("whenever", now)).toBeNull();
  });
});
