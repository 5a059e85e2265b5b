import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  ACTOR,
  openBench,
  waitUntil,
  workflowOf,
  WORKFLOW_PATH,
  type RunnerBench,
} from "./testing/run-once.js";

let bench: RunnerBench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.dispose());

const GATE = `- run: until test -e "$GATE"; do sleep 0.02; done`;

describe("dispatch", () => {
  test("gives inputs with their types, and the event's payload", async () => {
    const source = `
name: Typed
run-name: "Wake \${{ inputs.who }} by \${{ github.actor }}"
on:
  workflow_dispatch:
    inputs:
      who: { required: true }
      dry: { type: boolean, default: true }
jobs:
  wake:
    runs-on: ubuntu-latest
    if: inputs.dry == true
    steps:
      - run: echo "\${{ inputs.who }}/\${{ github.event.inputs.dry }}/\${{ toJSON(inputs.dry) }}/$GITHUB_EVENT_NAME"
`;
    const { run, log } = await bench.run(source, { inputs: { who: "Mona" } });
    expect(run).toMatchObject({ displayTitle: "Wake Mona by alice", name: "Typed", conclusion: "success" });
    expect(log).toContain("Mona/true/true/workflow_dispatch");
  });

  test("refuses what GitHub refuses, with its words", async () => {
    bench.host.commit(WORKFLOW_PATH, workflowOf(`- run: "true"`).replace("workflow_dispatch, ", ""));
    const { repository } = bench.host;
    const base = {
      repository,
      event: "workflow_dispatch",
      workflowPath: WORKFLOW_PATH,
      actor: ACTOR,
    } as const;
    const refusal = async (changes: object) => bench.runner.dispatch({ ...base, ...changes });
    expect(await refusal({})).toMatchObject({
      reason: "trigger_missing",
      message: "Workflow does not have 'workflow_dispatch' trigger",
    });
    expect(await refusal({ ref: "nowhere" })).toMatchObject({ message: "No ref found for: nowhere" });
    expect(await refusal({ workflowPath: "other.yml" })).toMatchObject({ reason: "workflow_not_found" });
    bench.host.commit(WORKFLOW_PATH, workflowOf(`- run: "true"`));
    expect(await refusal({ inputs: { x: 1 } })).toMatchObject({ reason: "inputs_invalid" });
    bench.host.state = "disabled_manually";
    expect(await refusal({})).toMatchObject({ reason: "workflow_disabled" });
    expect(bench.host.runs.size).toBe(0);
  });

  test("starts the workflows that listen to a repository_dispatch, and gives them its payload", async () => {
    const source = workflowOf(
      `- run: echo "\${{ github.event.action }} \${{ github.event.client_payload.id }}"`,
    );
    const listening = source.replace(
      "[workflow_dispatch, push]",
      "{ repository_dispatch: { types: [wake] } }",
    );
    bench.host.commit(".github/workflows/deaf.yml", source);
    const event = {
      event: "repository_dispatch",
      workflowPath: undefined,
      clientPayload: { id: 17 },
    } as const;
    const { run, log } = await bench.run(listening, { ...event, eventType: "wake" });
    expect(run).toMatchObject({ event: "repository_dispatch", displayTitle: "wake" });
    expect(log).toContain("wake 17");
    await expect(bench.dispatch(listening, { ...event, eventType: "other" })).rejects.toThrow("Nothing ran");
  });

  test("fails a run whose file is invalid, and says why in its log", async () => {
    const { run, log } = await bench.run("on: workflow_dispatch\njobs:\n  a: { steps: [] }\n");
    expect(run).toMatchObject({ status: "completed", conclusion: "failure", name: WORKFLOW_PATH, jobs: [] });
    expect(log).toContain(`Invalid workflow file: ${WORKFLOW_PATH}`);
    expect(log).toContain("'runs-on' is required");
  });
});

describe("steps without a name", () => {
  test("are called by their first line, even if an expression goes on in the next", async () => {
    const { run, log } = await bench.run(
      workflowOf(`- run: |\n    echo \${{ github.actor ||\n    'nobody' }}`),
    );
    expect(log).toMatch(/Z alice/);
    expect(run.jobs[0]?.steps).toMatchObject([
      { name: "Run echo ${{ github.actor ||", conclusion: "success" },
    ]);
  });
});

describe("jobs", () => {
  test("hand outputs to the jobs that need them, and are skipped when a need fails", async () => {
    const { run, log } = await bench.run(`
on: workflow_dispatch
env: { LEVEL: workflow, SHARED: one }
jobs:
  third: { runs-on: ubuntu-latest, needs: breaks, steps: [{ run: echo never-printed }] }
  report:
    runs-on: ubuntu-latest
    needs: [makes, breaks]
    if: always()
    env: { LEVEL: job }
    steps:
      - run: echo "\${{ needs.makes.outputs.answer }} \${{ needs.breaks.result }} $LEVEL $SHARED"
  makes:
    runs-on: ubuntu-latest
    outputs: { answer: "\${{ steps.s.outputs.a }}" }
    steps: [{ id: s, run: 'echo a=42 >> "$GITHUB_OUTPUT"' }]
  breaks: { runs-on: ubuntu-latest, steps: [{ run: exit 1 }] }
`);
    expect(log).toContain("42 failure job one");
    const conclusions = Object.fromEntries(run.jobs.map(({ key, conclusion }) => [key, conclusion]));
    expect(conclusions).toEqual({ makes: "success", breaks: "failure", report: "success", third: "skipped" });
    expect(run.conclusion).toBe("failure");
  });

  test("say in the log when their shell is not supported", async () => {
    const { run, log } = await bench.run(workflowOf(`- { shell: python, run: print(1) }`));
    expect(run.conclusion).toBe("failure");
    expect(log).toContain("The shell 'python' is not supported by the local runner");
  });

  test("use bash with pipefail when it is named, and sh on request", async () => {
    const { run, log } = await bench.run(
      workflowOf(`
- run: false | true
- { shell: sh, run: 'echo "shell $0" && false | true' }
- { shell: bash, run: false | true }`),
    );
    const conclusions = run.jobs[0]?.steps.map(({ conclusion }) => conclusion);
    expect(conclusions).toEqual(["success", "success", "failure"]);
    expect(log).toContain(".sh");
  });
});

describe("concurrency", () => {
  const grouped = (cancel: boolean) =>
    workflowOf(
      GATE,
      `env: { GATE: "${bench.workDir}/gate" }\nconcurrency: { group: "g-\${{ github.ref }}", cancel-in-progress: ${cancel} }`,
    );

  test("keeps one run and one pending; a newer one cancels the pending", async () => {
    const [first, second, third] = [
      await bench.dispatch(grouped(false)),
      await bench.dispatch(grouped(false)),
      await bench.dispatch(grouped(false)),
    ];
    await waitUntil("the second is cancelled", () => bench.host.getRun(second.id).conclusion === "cancelled");
    await waitUntil("the first runs", () => bench.host.getRun(first.id).status === "in_progress");
    expect(bench.host.getRun(third.id).status).toBe("queued");
    bench.runner.cancel(first.id);
    await waitUntil("the third runs", () => bench.host.getRun(third.id).status === "in_progress");
    bench.runner.cancel(third.id);
    await bench.runner.whenIdle();
    expect(bench.host.getRun(first.id).conclusion).toBe("cancelled");
  });

  test("cancel-in-progress ends the running one", async () => {
    const first = await bench.dispatch(grouped(true));
    await waitUntil("the first runs", () => bench.host.getRun(first.id).status === "in_progress");
    const second = await bench.dispatch(grouped(true));
    await waitUntil("the second runs", () => bench.host.getRun(second.id).status === "in_progress");
    expect(bench.host.getRun(first.id).conclusion).toBe("cancelled");
    bench.runner.cancel(second.id);
    await bench.runner.whenIdle();
  });

  test("a pending run can be cancelled, and never starts", async () => {
    const first = await bench.dispatch(grouped(false));
    const second = await bench.dispatch(grouped(false));
    await waitUntil("the first runs", () => bench.host.getRun(first.id).status === "in_progress");
    expect(bench.runner.cancel(second.id)).toBe(true);
    await waitUntil("the second is over", () => bench.host.getRun(second.id).status === "completed");
    expect(bench.host.getRun(second.id)).toMatchObject({ conclusion: "cancelled", startedAt: null });
    bench.runner.cancel(first.id);
    await bench.runner.whenIdle();
  });
});

describe("schedules", () => {
  test("run the file of the default branch while it is active", async () => {
    await bench.dispose();
    bench = await openBench({ timeScale: 36_000, tickMs: 20 });
    const source = workflowOf(`- run: echo "due \${{ github.event.schedule }}"`);
    bench.host.commit(
      WORKFLOW_PATH,
      source.replace("[workflow_dispatch, push]", '{ schedule: [{ cron: "0 * * * *" }] }'),
    );
    bench.runner.start();
    const finished = () => [...bench.host.runs.values()].find(({ status }) => status === "completed");
    await waitUntil("a scheduled run is over", () => finished() !== undefined);
    expect(finished()).toMatchObject({ event: "schedule", conclusion: "success", headSha: bench.host.sha });
    expect(bench.host.logOf(finished()?.id ?? 0)).toContain("due 0 * * * *");
  });
});
