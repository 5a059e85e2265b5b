import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import { failedAs, refusedAs, WorkerBench } from "../testing/worker-bench.js";

const params = {
  owner: "alice",
  repo: "keepstreak-pulse",
  workflow: "ci.yml",
  inputs: { target: "staging" },
};
const unknown = { outcome: "unknown", reason: { code: "github_unavailable" } };

let bench: WorkerBench;
beforeEach(() => {
  bench = new WorkerBench();
  bench.github.workflows.set("ci.yml", "active");
  allow();
});

function allow(change: Record<string, unknown> = {}): void {
  bench.allow({
    kinds: ["dispatch", "rollback"],
    workflows: { "ci.yml": { inputs: { target: "staging|test", keepstreak_run: "[0-9a-f-]{36}" } } },
    ...change,
  });
}

const marks = () => [...bench.github.refs.keys()];

describe("dispatch", () => {
  it("starts the workflow on the default branch, with its inputs and the run's id", async () => {
    const runId = bench.server.enqueue("dispatch", params);
    await bench.wake();
    expect(bench.server.reports.at(-1)?.result).toEqual({
      outcome: "succeeded",
      commitSha: null,
      facts: null,
    });
    expect(bench.github.started).toMatchObject([
      { workflow: "ci.yml", ref: "main", inputs: { target: "staging", keepstreak_run: runId } },
    ]);
    expect(marks()).toEqual([`tags/keepstreak-run/2026-03-14/dispatch/${runId}`]);
  });

  it("starts it once: a second delivery finds the workflow's run by its name", async () => {
    const runId = bench.server.enqueue("dispatch", params);
    await bench.wake();
    expect(await bench.resultOf("dispatch", params, { runId })).toEqual({
      outcome: "already_done",
      commitSha: null,
    });
    expect(bench.github.started).toHaveLength(1);
  });

  it("only looks when the tag is there: what does not show its run ends unknown, and is not repeated", async () => {
    allow({ workflows: { "ci.yml": { inputs: { target: "staging" } } } });
    bench.github.showsRuns = false;
    const runId = bench.server.enqueue("dispatch", params);
    await bench.wake();
    bench.pass(24 * 3_600_000);
    expect(await bench.resultOf("dispatch", params, { runId })).toMatchObject(unknown);
    expect(bench.github.started).toHaveLength(1);
    expect(bench.github.started[0]?.inputs).toEqual({ target: "staging" });
  });

  it.each([
    ["came through", "reply_lost", { outcome: "succeeded" }, 1],
    ["did not come through", "request_lost", unknown, 0],
  ] as const)("looks when the answer is lost and the start %s", async (_, fault, result, starts) => {
    bench.github.dispatchFaults = [fault];
    const runId = bench.server.enqueue("dispatch", params);
    await bench.wake();
    expect(bench.server.reports.at(-1)?.result).toMatchObject(result);
    expect(await bench.resultOf("dispatch", params, { runId })).not.toMatchObject({ outcome: "succeeded" });
    expect(bench.github.started).toHaveLength(starts);
  });

  it.each([
    ["refused", refusedAs("target_denied")],
    ["denied", failedAs("target_denied")],
    ["too_fast", failedAs("rate_limited")],
  ] as const)(
    "takes its tag back when GitHub has %s the start, so that it can be tried again",
    async (fault, result) => {
      bench.github.dispatchFaults = [fault];
      const runId = bench.server.enqueue("dispatch", params);
      await bench.wake();
      expect(bench.server.reports.at(-1)?.result).toEqual(result);
      expect(marks()).toEqual([]);
      expect(await bench.resultOf("dispatch", params, { runId })).toMatchObject({ outcome: "succeeded" });
    },
  );

  it("starts nothing once its signal has expired, and leaves no tag", async () => {
    bench.onRequest = ({ method, path }) => {
      if (method === "POST" && path.endsWith("/git/refs")) bench.pass(31_000);
    };
    const soon = { expiresAt: new Date(bench.now.getTime() + 30_000) };
    expect(await bench.resultOf("dispatch", params, soon)).toEqual(failedAs("signal_expired"));
    expect([bench.github.started, marks()]).toEqual([[], []]);
  });

  it("never starts twice when two workers of one run meet around midnight", async () => {
    const runId = randomUUID();
    bench.onRequest = ({ method, path }) => {
      if (method === "POST" && path.endsWith("/git/refs"))
        bench.github.refs.set(`tags/keepstreak-run/2026-03-13/dispatch/${runId}`, bench.github.head);
    };
    expect(await bench.resultOf("dispatch", params, { runId })).toMatchObject(unknown);
    expect(bench.github.started).toEqual([]);
  });

  it("counts the starts of the day by their tags", async () => {
    allow({ dailyCaps: { commit: 0, dispatch: 2 } });
    for (let at = 0; at < 3; at++) bench.server.enqueue("dispatch", params);
    await bench.wake();
    expect(bench.server.reports.map(({ result }) => result)).toMatchObject([
      { outcome: "succeeded" },
      { outcome: "succeeded" },
      refusedAs("daily_cap_reached"),
    ]);
    bench.pass(24 * 3_600_000);
    expect(await bench.resultOf("dispatch", params)).toMatchObject({ outcome: "succeeded" });
  });

  it("clears away tags that are older than a month, and no others", async () => {
    const old = `tags/keepstreak-run/2026-02-11/dispatch/${randomUUID()}`;
    const recent = `tags/keepstreak-run/2026-02-12/dispatch/${randomUUID()}`;
    for (const name of [old, recent, "tags/v1.0.0"]) bench.github.refs.set(name, bench.github.head);
    await bench.resultOf("dispatch", params);
    expect(marks()).not.toContain(old);
    expect(marks()).toEqual(expect.arrayContaining([recent, "tags/v1.0.0"]));
  });

  it("refuses a workflow that is not there, is switched off or goes by another file name", async () => {
    bench.github.workflows.set("ci.yml", "disabled_manually");
    expect(await bench.resultOf("dispatch", params)).toEqual(refusedAs("target_not_found"));
    bench.github.workflows.delete("ci.yml");
    expect(await bench.resultOf("dispatch", params)).toEqual(refusedAs("target_not_found"));
    expect(bench.github.started).toEqual([]);
  });

  it("SIG-19 refuses an older run of the same workflow", async () => {
    bench.server.enqueue("dispatch", params, { seq: 7 });
    bench.server.enqueue("dispatch", params, { seq: 5 });
    bench.server.enqueue("dispatch", params, { seq: 9 });
    await bench.wake();
    expect(bench.server.reports.map(({ result }) => result)).toMatchObject([
      { outcome: "succeeded" },
      refusedAs("stale_order"),
      { outcome: "succeeded" },
    ]);
    expect(bench.lines.filter((line) => line.includes("left out"))).toHaveLength(1);
  });
});

describe("rollback", () => {
  const facts = { environment: "production", deploymentId: "dep_42" };
  const rollbackOf = (expectedSha: string) => {
    const { owner, repo } = params;
    return { owner, repo, workflow: "rollback.yml", expectedSha, ...facts };
  };

  beforeEach(() => {
    bench.github.workflows.set("rollback.yml", "active");
    const inputs = { environment: "production", deployment_id: "dep_\\d+", expected_sha: "[0-9a-f]{40}" };
    allow({ workflows: { "rollback.yml": { inputs } } });
  });

  it("starts the project's workflow with the deployment's facts and no other", async () => {
    const deployed = bench.github.head;
    bench.github.push({ "notes.txt": "later" });
    expect(await bench.resultOf("rollback", rollbackOf(deployed))).toMatchObject({ outcome: "succeeded" });
    expect(bench.github.started.map(({ inputs }) => inputs)).toEqual([
      { environment: "production", deployment_id: "dep_42", expected_sha: deployed },
    ]);
  });

  it("starts nothing when the default branch does not have the commit that it expects", async () => {
    expect(await bench.resultOf("rollback", rollbackOf("0".repeat(40)))).toEqual(refusedAs("branch_moved"));
    bench.github.push({ "notes.txt": "on a branch of its own" });
    const [made] = bench.github.history;
    const elsewhere = bench.github.head;
    bench.github.head = made?.parents[0] ?? "";
    expect(await bench.resultOf("rollback", rollbackOf(elsewhere))).toEqual(refusedAs("branch_moved"));
    expect([bench.github.started, marks()]).toEqual([[], []]);
  });

  it("is refused for an environment that the user's list does not name, and beyond three a day", async () => {
    const { head } = bench.github;
    const staging = { ...rollbackOf(head), environment: "staging" };
    expect(await bench.resultOf("rollback", staging)).toEqual(refusedAs("not_allowed"));
    for (let at = 0; at < 4; at++) await bench.resultOf("rollback", rollbackOf(head));
    expect(bench.server.reports.at(-1)?.result).toEqual(refusedAs("daily_cap_reached"));
    expect(bench.github.started).toHaveLength(3);
  });
});
