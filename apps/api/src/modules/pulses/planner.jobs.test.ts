import type { Statement, Statements } from "@pulsekeep/database";
import { expect, it } from "vitest";
import { PlannerJobs } from "./planner.jobs.js";

const CROWD = "0197a000-0000-7000-8000-00000000000c";
const BATCH = 1_000;

/** As the database gives them, of one tenant. */
const duePulses = Array.from({ length: BATCH }, (_, index) => ({
  id: `0197a000-0000-7000-8000-${String(index).padStart(12, "0")}`,
  workspace_id: CROWD,
  schedule: '{"kind":"nothing that can be planned"}',
  jitter: "{}",
  rest: "{}",
  recovery: "skip",
  cursor_ms: 0,
  now_ms: 60_000,
}));

/** A planner over a database that gives `duePulses` once, and what it was asked. */
function startPlanner(inspect: () => Promise<unknown>) {
  const asked: string[] = [];
  const run = ({ name }: Statement) => {
    asked.push(name);
    return name === "lock_due_pulses" && asked.length === 1 ? duePulses : [];
  };
  const db = { run, runLast: run } as unknown as Statements;
  const databases = { inEngineStatements: (work: (statements: Statements) => unknown) => work(db) };
  const quiet = { announceQueued: () => undefined, tell: () => undefined, error: () => undefined };
  const planner = new PlannerJobs(
    databases as never,
    {} as never,
    { inspect } as never,
    quiet as never,
    quiet as never,
    {} as never,
    quiet as never,
  );
  return { planner, asked };
}

it.each<[string, () => Promise<unknown>]>([
  ["that is away", () => Promise.reject(new Error("ECONNREFUSED"))],
  ["that does not answer", () => new Promise(() => undefined)],
])("plans a crowd's backlog also beside a transport %s", async (_, inspect) => {
  const { planner, asked } = startPlanner(inspect);
  await planner.planOnce();
  await planner.planOnce();
  expect(asked).toContain("lock_due_pulses_of");
});

it("leaves a crowd's backlog where it is while the dispatcher has not come so far", async () => {
  const { planner, asked } = startPlanner(() => Promise.resolve({ length: 3_000 }));
  await planner.planOnce();
  expect(await planner.planOnce()).toEqual({ againInMs: 5 });
  expect(asked).not.toContain("lock_due_pulses_of");
});
