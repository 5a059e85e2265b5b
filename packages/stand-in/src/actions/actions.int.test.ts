import { createRemoteJWKSet, jwtVerify } from "jose";
import sodium from "libsodium-wrappers";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { apiClient, type ApiClient, field } from "../testing/api-client.js";
import { issueToken, startForTest, type TestStandIn } from "../testing/start-for-test.js";

const WORKFLOW = `name: pulse
on:
  workflow_dispatch:
    inputs:
      note: { type: string, required: false }
  repository_dispatch:
    types: [wake]
  schedule:
    - cron: "0 * * * *"
permissions:
  contents: write
  id-token: write
jobs:
  pulse:
    runs-on: ubuntu-latest
    steps:
      - name: commit
        env:
          TOKEN: \${{ secrets.GITHUB_TOKEN }}
          SHARED: \${{ secrets.SHARED }}
        run: |
          cat > step.mjs <<'SCRIPT'
          const api = process.env.GITHUB_API_URL + "/repos/" + process.env.GITHUB_REPOSITORY;
          const headers = { authorization: "Bearer " + process.env.TOKEN, "user-agent": "step" };
          const id = await (await fetch(process.env.ACTIONS_ID_TOKEN_REQUEST_URL + "&audience=pulsekeep", {
            headers: { authorization: "Bearer " + process.env.ACTIONS_ID_TOKEN_REQUEST_TOKEN },
          })).json();
          const facts = { event: process.env.GITHUB_EVENT_NAME, token: process.env.TOKEN, id: id.value };
          const answer = await fetch(api + "/contents/data/" + process.env.GITHUB_RUN_ID + ".json", {
            method: "PUT",
            headers,
            body: JSON.stringify({ message: "pulse", content: btoa(JSON.stringify(facts)) }),
          });
          console.log("shared is " + process.env.SHARED + ", status " + answer.status);
          if (!answer.ok) process.exit(1);
          SCRIPT
          node step.mjs
`;

let standIn: TestStandIn;
let api: ApiClient;
const REPOSITORY = "/repos/octo-alice/worker";

beforeAll(async () => {
  await sodium.ready;
  standIn = await startForTest({ runner: { startSchedules: false } });
  api = apiClient(standIn.apiUrl, issueToken(standIn, "octo-alice", ["repo", "workflow"]));
  await api.call("POST", "/user/repos", { name: "worker", private: true, auto_init: true });
  await api.call("PUT", `${REPOSITORY}/contents/.github/workflows/pulse.yml`, {
    message: "workflow",
    content: Buffer.from(WORKFLOW).toString("base64"),
  });
  const key = await api.call("GET", `${REPOSITORY}/actions/secrets/public-key`);
  const publicKey = new Uint8Array(Buffer.from(field(key, "key"), "base64"));
  await api.call("PUT", `${REPOSITORY}/actions/secrets/SHARED`, {
    encrypted_value: Buffer.from(sodium.crypto_box_seal("a-well-kept-secret", publicKey)).toString("base64"),
    key_id: field(key, "key_id"),
  });
});
afterAll(() => standIn.dispose());

interface Run {
  readonly id: number;
  readonly event: string;
  readonly status: string;
  readonly conclusion: string | null;
  readonly head_branch: string;
}

async function listRuns(query = ""): Promise<Run[]> {
  const answer = await api.call("GET", `${REPOSITORY}/actions/runs${query}`);
  return (answer.body as { workflow_runs: Run[] }).workflow_runs;
}

/** What the step wrote into the repository. */
async function readFacts(run: Run): Promise<{ event: string; token: string; id: string }> {
  const file = await api.call("GET", `${REPOSITORY}/contents/data/${run.id}.json`);
  return JSON.parse(Buffer.from(field(file, "content"), "base64").toString());
}

async function newestRun(): Promise<Run> {
  await standIn.whenIdle();
  const [run] = await listRuns();
  if (!run) throw new Error("no run was recorded");
  return run;
}

const dispatch = (body: unknown, workflow = "pulse.yml") =>
  api.call("POST", `${REPOSITORY}/actions/workflows/${workflow}/dispatches`, body);

test("a dispatched workflow runs its step, which commits with its own token", async () => {
  expect((await dispatch({ ref: "main", inputs: { note: "x" } })).status).toBe(204);
  const run = await newestRun();
  expect(run).toMatchObject({ event: "workflow_dispatch", status: "completed", conclusion: "success" });
  const commits = await api.call("GET", `${REPOSITORY}/commits?path=data/${run.id}.json`);
  expect(commits.body).toMatchObject([{ author: { login: "github-actions[bot]" } }]);

  const facts = await readFacts(run);
  const after = await apiClient(standIn.apiUrl, facts.token).call("GET", "/rate_limit");
  expect(after.status).toBe(401);
});

test("the job's OIDC token verifies against the issuer's keys and names the repository by its ids", async () => {
  await dispatch({ ref: "main" });
  const run = await newestRun();
  const discovery = await (await fetch(`${standIn.oidcIssuer}/.well-known/openid-configuration`)).json();
  const keys = createRemoteJWKSet(new URL((discovery as { jwks_uri: string }).jwks_uri));
  const { id } = await readFacts(run);
  const { payload } = await jwtVerify(id, keys, { issuer: standIn.oidcIssuer, audience: "pulsekeep" });
  const repository = await api.call("GET", REPOSITORY);
  const ids = { owner: field(repository, "owner.id"), repository: field(repository, "id") };
  expect(payload).toMatchObject({
    sub: `repo:octo-alice@${ids.owner}/worker@${ids.repository}:ref:refs/heads/main`,
    repository: "octo-alice/worker",
    repository_id: ids.repository,
    repository_owner_id: ids.owner,
    repository_visibility: "private",
    workflow: "pulse",
    workflow_ref: "octo-alice/worker/.github/workflows/pulse.yml@refs/heads/main",
    job_workflow_ref: "octo-alice/worker/.github/workflows/pulse.yml@refs/heads/main",
    ref: "refs/heads/main",
    ref_type: "branch",
    event_name: "workflow_dispatch",
    run_id: String(run.id),
    runner_environment: "github-hosted",
    actor: "octo-alice",
  });
  expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBeGreaterThanOrEqual(300);
});

test("the log hides secrets and is fetched as a redirect to an archive", async () => {
  await dispatch({ ref: "main" });
  const run = await newestRun();
  const redirect = await api.call("GET", `${REPOSITORY}/actions/runs/${run.id}/logs`);
  expect(redirect.status).toBe(302);
  const jobs = await api.call("GET", `${REPOSITORY}/actions/runs/${run.id}/jobs`);
  const job = (jobs.body as { jobs: { id: number }[] }).jobs[0];
  const log = await api.call("GET", `${REPOSITORY}/actions/jobs/${job?.id}/logs`);
  expect(log.body).toContain("shared is ***, status 201");
  expect(log.body).not.toContain("a-well-kept-secret");
});

test("a repository dispatch wakes workflows that listen to its type", async () => {
  const before = (await listRuns()).length;
  await api.call("POST", `${REPOSITORY}/dispatches`, { event_type: "other" });
  await standIn.whenIdle();
  expect(await listRuns()).toHaveLength(before);
  expect((await api.call("POST", `${REPOSITORY}/dispatches`, { event_type: "wake" })).status).toBe(204);
  expect(await newestRun()).toMatchObject({ event: "repository_dispatch", conclusion: "success" });
});

test("a dispatch to nothing, with unknown inputs or of a disabled workflow is refused", async () => {
  expect((await dispatch({ ref: "main" }, "none.yml")).status).toBe(404);
  expect((await dispatch({ ref: "nowhere" })).status).toBe(422);
  expect((await dispatch({ ref: "main", inputs: { unknown: "1" } })).status).toBe(422);
  expect((await api.call("PUT", `${REPOSITORY}/actions/workflows/pulse.yml/disable`)).status).toBe(204);
  const disabled = await api.call("GET", `${REPOSITORY}/actions/workflows/pulse.yml`);
  expect(disabled.body).toMatchObject({ state: "disabled_manually" });
  expect((await dispatch({ ref: "main" })).status).toBe(422);
  expect((await api.call("PUT", `${REPOSITORY}/actions/workflows/pulse.yml/enable`)).status).toBe(204);
});

test("a workflow that inactivity switched off is shown so and can be enabled", async () => {
  const admin = apiClient(standIn.url);
  const state = {
    owner: "octo-alice",
    repo: "worker",
    path: ".github/workflows/pulse.yml",
    state: "disabled_inactivity",
  };
  expect((await admin.call("POST", "/_stand-in/workflow-state", state)).status).toBe(204);
  const list = await api.call("GET", `${REPOSITORY}/actions/workflows`);
  expect(list.body).toMatchObject({
    total_count: 1,
    workflows: [{ name: "pulse", state: "disabled_inactivity" }],
  });
  await api.call("PUT", `${REPOSITORY}/actions/workflows/pulse.yml/enable`);
  expect((await api.call("GET", `${REPOSITORY}/actions/workflows/pulse.yml`)).body).toMatchObject({
    state: "active",
  });
});

test("a run that is listed late can be fetched by its id before", async () => {
  standIn.context.faults.seed({ kind: "run_listed_late", delayMs: 3_600_000 }, 1);
  const details = await dispatch({ ref: "main", return_run_details: true });
  const id = Number(field(details, "workflow_run_id"));
  await standIn.whenIdle();
  expect((await listRuns()).some((run) => run.id === id)).toBe(false);
  expect((await api.call("GET", `${REPOSITORY}/actions/runs/${id}`)).status).toBe(200);
});

test("with time sped up an hourly schedule runs within seconds, unless its occurrence is dropped", async () => {
  const { faults } = standIn.context;
  faults.seed({ kind: "schedule_dropped", repository: "octo-alice/worker" }, 1);
  await apiClient(standIn.url).call("PUT", "/_stand-in/time-scale", { timeScale: 3600 });
  await vi.waitFor(async () => expect(await listRuns("?event=schedule")).not.toHaveLength(0), {
    timeout: 20_000,
    interval: 100,
  });
  expect(faults.list()).toEqual([]);
  await apiClient(standIn.url).call("PUT", "/_stand-in/time-scale", { timeScale: 1 });
});
