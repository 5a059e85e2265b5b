import type { ProcessState } from "@pulsekeep/contracts/api/admin";
import { describe, expect, it } from "vitest";
import { describeProblem, findSchedulingProblems, type Scheduling } from "./scheduling-problems.js";

const process = (more: Partial<ProcessState> = {}): ProcessState => ({
  process: "host:1:abc",
  roles: ["scheduler", "dispatcher"],
  version: "0.1.0",
  startedAt: "2026-01-01T00:00:00.000Z",
  seenAt: "2026-01-01T00:00:00.000Z",
  alive: true,
  loops: [{ name: "planner", role: "scheduler", idleMs: 200, failure: null }],
  ...more,
});
const facts = (more: Partial<Scheduling> = {}): Scheduling => ({
  neededRoles: ["dispatcher", "scheduler"],
  processes: [process()],
  backlog: [{ work: "pulses", due: 3, oldestMs: 59_000 }],
  ...more,
});
const reasons = (more: Partial<Scheduling>) => findSchedulingProblems(facts(more)).map(describeProblem);

describe("scheduling", () => {
  it("goes on while every role lives, every loop turns and nothing waits long", () => {
    expect(reasons({})).toEqual([]);
  });

  it("goes on when roles are spread over processes", () => {
    const processes = [process({ roles: ["scheduler"] }), process({ roles: ["dispatcher"], loops: [] })];
    expect(reasons({ processes })).toEqual([]);
  });

  it("stands still without a process that has a needed role", () => {
    expect(reasons({ processes: [process({ roles: ["dispatcher"] })] })).toEqual([
      "no living process has the role scheduler",
    ]);
  });

  it("stands still when the only process went silent, and says nothing about its loops", () => {
    const silent = process({
      alive: false,
      loops: [{ name: "planner", role: "scheduler", idleMs: 90_000, failure: null }],
    });
    expect(reasons({ processes: [silent] })).toEqual([
      "no living process has the role dispatcher",
      "no living process has the role scheduler",
    ]);
  });

  it("does not mourn a silent process whose work another one does", () => {
    expect(reasons({ processes: [process({ alive: false }), process()] })).toEqual([]);
  });

  it("stands still where one loop of one process does, said once and by its longest wait", () => {
    const stuck = (idleMs: number) =>
      process({ loops: [{ name: "planner", role: "scheduler", idleMs, failure: "SQLSTATE 57014" }] });
    expect(reasons({ processes: [process(), stuck(61_000), stuck(75_000)] })).toEqual([
      "the loop planner has ended no turn for 75 s",
    ]);
  });

  it("stands still when due work is not taken", () => {
    expect(reasons({ backlog: [{ work: "outbox", due: 1, oldestMs: 61_000 }] })).toEqual([
      "the oldest work of outbox has been due for 61 s",
    ]);
  });

  it("lets a run wait for the lease of the one before it", () => {
    expect(reasons({ backlog: [{ work: "runs", due: 1, oldestMs: 11 * 60_000 }] })).toEqual([]);
    expect(reasons({ backlog: [{ work: "runs", due: 1, oldestMs: 16 * 60_000 }] })).toHaveLength(1);
  });
});
