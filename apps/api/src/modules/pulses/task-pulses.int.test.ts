import type { Pulse, Run } from "@pulsekeep/contracts/api/pulses";
import type { Provisioning, ProvisioningStarted, Worker } from "@pulsekeep/contracts/api/workers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newSecret } from "../../platform/ids.js";
import { startTestApp, type TestApp } from "../../testing/test-app.js";
import type { TestClient } from "../../testing/test-client.js";
import { answerConsent } from "../../testing/test-consent.js";
import { eventually } from "../../testing/test-eventually.js";
import { callGitHub, newUserToken } from "../../testing/test-github-user.js";
import { createPulse, getRun, pulseOf, runNow } from "../../testing/test-pulse.js";
import { DONE, enrolTestWorker } from "../../testing/test-worker.js";
import type { TestStandIn } from "../../testing/test-stand-in.js";

const LOGIN = "octo-alice";
const REPOSITORY = `${LOGIN}/keepstreak-pulse`;
const GREET = `name: Greet
run-name: Greet \${{ inputs.who }} (\${{ inputs.keepstreak_run }})
on:
  workflow_dispatch:
    inputs:
      who: { type: string }
      keepstreak_run: { type: string }
jobs:
  greet:
    runs-on: ubuntu-latest
    steps:
      - run: echo "$WHO"
        env:
          WHO: \${{ inputs.who }}
`;
const ROLLBACK = GREET.replaceAll("who", "environment")
  .replaceAll("WHO", "ENVIRONMENT")
  .replace(
    "    inputs:\n",
    "    inputs:\n      deployment_id: { type: string }\n      expected_sha: { type: string }\n",
  );
const ALLOW = {
  version: 1,
  kinds: ["verify", "keepalive", "dispatch", "rollback"],
  repositories: [REPOSITORY],
  dataFolder: "pulse",
  workflows: {
    "pulse.yml": { inputs: {} },
    "greet.yml": { inputs: { who: "[A-Z][a-z]+", keepstreak_run: "[0-9a-f-]{36}" } },
    "rollback.yml": {
      inputs: {
        environment: "production",
        deployment_id: "dep_\\d+",
        expected_sha: "[0-9a-f]{40}",
        keepstreak_run: "[0-9a-f-]{36}",
      },
    },
  },
  dailyCaps: { commit: 0 },
};
const greeting = (who: string) => ({
  kind: "dispatch",
  task: { kind: "dispatch", workflow: "greet.yml", inputs: { who } },
});

let test: TestApp;
let github: TestStandIn;
let alice: TestClient;
let worker: Worker;
beforeAll(async () => {
  test = await startTestApp({ standIn: true });
  if (!test.standIn) throw new Error("no GitHub");
  github = test.standIn;
  github.context.store.users.ensure(LOGIN, { name: "Alice" });
  alice = await test.signUp("Alice");
  worker = await provision();
  await commit(".github/workflows/greet.yml", GREET);
  await commit(".github/workflows/rollback.yml", ROLLBACK);
  await commit("allow.json", JSON.stringify(ALLOW));
});
afterAll(() => test.close());

describe("a pulse that writes no commit", () => {
  it("starts a workflow once per run, keeps others enabled and takes what allow.json does not allow as refused", async () => {
    const { workflows } = github.context.store;
    const idle = workflows.ensure(repositoryId(), ".github/workflows/rollback.yml");
    workflows.setState(idle.id, "disabled_inactivity");
    const bob = await createPulse(alice, worker, greeting("Bob"));
    const mallory = await createPulse(alice, worker, greeting("mallory; id"));
    const keepalive = await createPulse(alice, worker, {
      kind: "keepalive",
      task: { kind: "keepalive", workflows: ["pulse.yml", "rollback.yml"] },
    });
    expect(bob).toMatchObject({ kind: "dispatch", change: null, task: greeting("Bob").task });
    const runs = [];
    for (const pulse of [mallory, bob, keepalive]) runs.push(await runNow(alice, pulse));
    await wake();
    const ended = await Promise.all(runs.map(({ id }) => endOf(id)));
    expect(ended.map(({ kind, state, reason, commitSha }) => ({ kind, state, reason, commitSha }))).toEqual([
      { kind: "dispatch", state: "failed", reason: "not_allowed", commitSha: null },
      { kind: "dispatch", state: "succeeded", reason: null, commitSha: null },
      { kind: "keepalive", state: "succeeded", reason: null, commitSha: null },
    ]);
    expect(titles()).toEqual([`Greet Bob (${runs[1]?.id})`]);
    expect(workflows.ensure(repositoryId(), ".github/workflows/rollback.yml").state).toBe("active");

    // The same run a second time, as after a report that was lost: its workflow's run is found.
    await test.sql(
      "update runs set state = 'queued', ended_at = null, next_action_at = now() - interval '1 ms' where id = $1",
      [runs[1]?.id],
    );
    await wake();
    expect(await endOf(runs[1]?.id ?? "")).toMatchObject({ state: "succeeded" });
    expect(titles()).toHaveLength(1);
  }, 90_000);

  it("takes a rollback as the loop will write it, with the deployment's facts", async () => {
    // No worker is awake that could take the run before it is what it should be.
    await eventually(() => Promise.resolve(allRuns().every(({ status }) => status === "completed")));
    const run = await runNow(alice, await createPulse(alice, worker, greeting("Carol")));
    const sha = await headOf();
    await test.sql("update runs set kind = 'rollback', pulse_id = null, params = $2 where id = $1", [
      run.id,
      JSON.stringify({
        owner: LOGIN,
        repo: "keepstreak-pulse",
        workflow: "rollback.yml",
        environment: "production",
        deploymentId: "dep_1",
        expectedSha: sha,
      }),
    ]);
    await wake();
    expect(await endOf(run.id)).toMatchObject({ kind: "rollback", state: "succeeded", commitSha: null });
    expect(titles()).toContain(`Greet production (${run.id})`);
  }, 60_000);
});

describe("a report [SIG-21]", () => {
  it("counts from the worker that holds the run, for what it claimed, and once", async () => {
    const [mine, other] = [await enrolTestWorker(test, alice), await enrolTestWorker(test, alice)];
    await Promise.all([mine.hello(), other.hello()]);
    const { id } = await runNow(alice, await createPulse(alice, mine, greeting("Erin")));
    const stateOf = async () => (await getRun(alice, id)).state;
    expect((await mine.report({ runId: id, fence: 1 })).status).toBe(409);
    const [run] = await mine.claim({ waitSeconds: 5 });
    if (!run) throw new Error("nothing was claimed");
    expect((await other.report(run)).status).toBe(404);
    expect((await mine.report({ ...run, fence: run.fence + 1 })).status).toBe(409);
    expect(await stateOf()).toBe("claimed");
    const jti = newSecret(16);
    const body = {
      runId: id,
      fence: run.fence,
      signalId: null,
      startedAt: new Date().toISOString(),
      finishedAt: new Date().toISOString(),
      result: DONE,
    };
    expect((await mine.call("report", body, { jti })).status).toBe(200);
    const reworded = { ...body, result: { outcome: "refused", reason: { code: "not_allowed", detail: "" } } };
    expect((await mine.call("report", reworded, { jti })).status).toBe(401);
    expect((await mine.call("report", reworded)).body).toMatchObject({ state: "succeeded" });
    expect(await stateOf()).toBe("succeeded");
  });
});

describe("the API", () => {
  it.each([
    ["a dispatch without its task", { kind: "dispatch" }],
    ["a task of another kind", { kind: "keepalive", task: greeting("Bob").task }],
    ["a commit with a task", { kind: "commit", task: greeting("Bob").task }],
    ["a kind that only the loop writes", { kind: "rollback" }],
    ["a branch for a workflow", { ...greeting("Bob"), target: { repository: null, branch: "next" } }],
    [
      "a workflow by its path",
      { kind: "dispatch", task: { ...greeting("Bob").task, workflow: "../greet.yml" } },
    ],
    [
      "an input that only the worker gives",
      { kind: "dispatch", task: { ...greeting("Bob").task, inputs: { keepstreak_run: "x" } } },
    ],
    ["a keepalive of nothing", { kind: "keepalive", task: { kind: "keepalive", workflows: [] } }],
  ])("refuses %s", async (_, changes) => {
    const answer = await alice.post("/api/v1/pulses", pulseOf(worker, changes));
    expect(answer).toMatchObject({ status: 422, body: { code: "invalid_input" } });
  });

  it("changes a task's inputs, and neither its kind nor its workflow", async () => {
    const other = await enrolTestWorker(test, alice);
    const pulse = await createPulse(alice, other, greeting("Bob"));
    const edit = (task: object) => alice.patch<Pulse>(`/api/v1/pulses/${pulse.id}`, { task });
    const { task } = greeting("Dave");
    expect((await edit(task)).body).toMatchObject({ task, change: null });
    expect((await edit({ ...task, workflow: "other.yml" })).status).toBe(422);
    expect((await edit({ kind: "keepalive", workflows: ["greet.yml"] })).status).toBe(422);
    expect((await alice.patch<Pulse>(`/api/v1/pulses/${pulse.id}`, { name: "Hello" })).body).toMatchObject({
      name: "Hello",
      task,
    });
  });
});

const repositoryId = (): number => github.context.store.repositories.find(LOGIN, "keepstreak-pulse")?.id ?? 0;

const allRuns = () => github.context.store.runs.listListed(repositoryId(), Date.now());

const titles = (): string[] =>
  allRuns()
    .map(({ displayTitle }) => displayTitle)
    .filter((title) => title.startsWith("Greet"));

const endOf = (id: string): Promise<Run> =>
  eventually(
    async () => {
      const run = await getRun(alice, id);
      return run.endedAt !== null && run;
    },
    { timeoutMs: 40_000 },
  );

async function provision(): Promise<Worker> {
  const { body } = await alice.post<ProvisioningStarted>("/api/v1/provisionings", {});
  await alice.fetch("GET", await answerConsent(body.authorizeUrl, { login: LOGIN }));
  const done = await eventually(
    async () => {
      const { body: row } = await alice.get<Provisioning>(`/api/v1/provisionings/${body.id}`);
      return (row.state === "done" || row.state === "failed") && row;
    },
    { timeoutMs: 40_000 },
  );
  if (done.state !== "done") throw new Error(JSON.stringify(done.steps));
  return (await alice.get<Worker>(`/api/v1/workers/${done.workerId}`)).body;
}

const wake = () => asUser("POST", "/actions/workflows/pulse.yml/dispatches", { ref: "main" });

async function headOf(): Promise<string> {
  const answer = (await asUser("GET", "/git/ref/heads/main")) as { object: { sha: string } };
  return answer.object.sha;
}

async function commit(name: string, content: string): Promise<void> {
  const existing = (await asUser("GET", "/contents")) as { path: string; sha: string }[];
  const sha = existing.find((entry) => entry.path === name)?.sha;
  const body = { message: "mine", content: Buffer.from(content).toString("base64"), ...(sha && { sha }) };
  await asUser("PUT", `/contents/${name}`, body);
}

/** What the user does by hand, with a token of their own. */
function asUser(method: string, address: string, body?: object): Promise<unknown> {
  const call = { tokenPlain: newUserToken(github, LOGIN), method, address: `/repos/${REPOSITORY}${address}` };
  return callGitHub(github, { ...call, ...(body && { body }) });
}
