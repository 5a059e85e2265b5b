import { randomBytes, randomUUID } from "node:crypto";
import type { ReportRequest } from "@pulsekeep/contracts/worker-protocol";
import { beforeEach, describe, expect, it } from "vitest";
import { readConfig } from "./config.js";
import { renderAllowList } from "./render-allow-list.js";
import { readRunnerFacts } from "./runner-facts.js";
import type { Surroundings } from "./surroundings.js";
import { FakeGitHub, TOKEN } from "./testing/fake-github.js";
import { CLIENT_ID, commitParams, FakeServer, SECRET } from "./testing/fake-server.js";
import { fetchFrom } from "./testing/http-double.js";
import { WORKER_VERSION } from "./version.js";
import { work } from "./work.js";

const repository = "alice/keepstreak-pulse";
const env = {
  KEEPSTREAK_SERVER_URL: "https://pulse.example",
  KEEPSTREAK_CLIENT_ID: CLIENT_ID,
  HANDSHAKE_SECRET: SECRET.toString("base64url"),
  GITHUB_ACTIONS: "true",
  GITHUB_REPOSITORY: repository,
  GITHUB_API_URL: "https://github.example/api",
  GITHUB_TOKEN: TOKEN,
  ACTIONS_ID_TOKEN_REQUEST_URL: "https://github.example/oidc/token?v=1",
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: "request-token",
};

let now: Date;
let github: FakeGitHub;
let server: FakeServer;
let lines: string[];
let around: Surroundings;

beforeEach(() => {
  now = new Date("2026-03-14T09:26:53.000Z");
  github = new FakeGitHub(repository, { "allow.json": renderAllowList({ repository }) });
  server = new FakeServer(() => now);
  server.url = "https://pulse.example";
  lines = [];
  around = {
    now: () => now,
    randomBytes,
    sleep: (ms) => {
      now = new Date(now.getTime() + ms);
      return Promise.resolve();
    },
    fetch: fetchFrom((request) => (request.path.startsWith("/v1/") ? server : github).handle(request)),
    log: (line) => lines.push(line),
    isStopping: () => false,
  };
});

async function wake(change: Record<string, string | undefined> = {}): Promise<number> {
  const read = readConfig({ ...env, ...change });
  if (!read.ok) throw new Error(read.problem);
  return work(read.config, around, { workerVersion: WORKER_VERSION, runner: readRunnerFacts(env) });
}

async function resultOf(
  kind: string,
  params: object,
  change = {},
): Promise<ReportRequest["result"] | undefined> {
  server.enqueue(kind, params as Record<string, unknown>, change);
  await wake();
  return server.reports.at(-1)?.result;
}

const refusedAs = (code: string) => ({
  outcome: "refused",
  reason: { code, detail: expect.any(String) as string },
});
const failedAs = (code: string) => ({
  outcome: "failed",
  reason: { code, detail: expect.any(String) as string },
});

describe("a worker that is woken", () => {
  it("asks its server twice and GitHub never when there is nothing to do", async () => {
    expect(await wake()).toBe(0);
    expect(server.paths).toEqual(["/v1/worker/hello", "/v1/worker/claim"]);
    expect(github.requests).toEqual(["GET /oidc/token"]);
    expect(lines).toEqual(["nothing to do"]);
  });

  it("reports the facts of its repository on verify and changes nothing", async () => {
    expect(await resultOf("verify", {})).toEqual({
      outcome: "succeeded",
      commitSha: null,
      facts: {
        repositoryId: 4711,
        ownerId: 42,
        isPrivate: true,
        defaultBranch: "main",
        allowedKinds: ["verify", "commit", "keepalive"],
      },
    });
    expect(github.history).toHaveLength(1);
  });

  it("takes several runs in one waking and reports each", async () => {
    const runIds = Array.from({ length: 7 }, () => server.enqueue("commit", commitParams()));
    expect(await wake()).toBe(0);
    expect(server.reports.map((report) => report.runId)).toEqual(runIds);
    expect(github.history).toHaveLength(8);
  });

  it("gives back what it claimed when the runner asks it to end", async () => {
    const runIds = Array.from({ length: 3 }, () => server.enqueue("commit", commitParams()));
    around.isStopping = () => server.reports.length === 1;
    expect(await wake()).toBe(0);
    expect(server.releasedRunIds).toEqual(runIds.slice(1));
    expect(github.history).toHaveLength(2);
  });

  it("says hello without an identity token on a machine of the user's own", async () => {
    server = new FakeServer(() => now, "none");
    server.url = "https://pulse.example";
    const absent = { GITHUB_ACTIONS: undefined, ACTIONS_ID_TOKEN_REQUEST_URL: undefined };
    expect(await wake(absent)).toBe(0);
    expect(lines).toEqual(["nothing to do"]);
  });

  it("ends quietly when the server is down, after trying again", async () => {
    server.faults.set("/v1/worker/hello", ["down", "down", "down", "down", "down"]);
    expect(await wake()).toBe(0);
    expect(server.paths).toHaveLength(5);
    server.faults.set("/v1/worker/hello", ["down"]);
    expect(await wake()).toBe(0);
    expect(lines.at(-1)).toBe("nothing to do");
  });

  it("repeats a report whose answer was lost, as the same report", async () => {
    server.faults.set("/v1/worker/report", ["down", "reply_lost"]);
    await resultOf("commit", commitParams());
    expect(server.reports).toHaveLength(2);
    expect(server.reports[1]).toEqual(server.reports[0]);
    expect(github.history).toHaveLength(2);
  });
});

describe("the server's answers", () => {
  it.each(["unsigned", "wrong_key", "altered_body"] as const)(
    "are refused when %s, before anything is done",
    async (fault) => {
      server.enqueue("commit", commitParams());
      server.faults.set("/v1/worker/claim", [fault]);
      expect(await wake()).toBe(1);
      expect(lines.at(-1)).toContain("not from our server");
      expect(github.history).toHaveLength(1);
      expect(server.reports).toEqual([]);
    },
  );

  it("SIG-01 are refused when they answered an earlier question", async () => {
    server.enqueue("commit", commitParams());
    server.faults.set("/v1/worker/claim", ["replayed"]);
    expect(await wake()).toBe(1);
    expect(lines.at(-1)).toContain("wrong_request");
  });

  it("SIG-04 cannot be had by a worker whose clock is ten minutes off", async () => {
    const real = new Date(now);
    server = new FakeServer(() => new Date(real.getTime() + 600_000));
    server.url = "https://pulse.example";
    expect(await wake()).toBe(1);
    expect(server.refusals).toEqual(["too_old"]);
    expect(lines.at(-1)).toContain("proof_refused");
  });
});

describe("a signal", () => {
  it("is refused once it has expired", async () => {
    const past = { notBefore: new Date(now.getTime() - 600_000), expiresAt: new Date(now) };
    expect(await resultOf("commit", commitParams(), past)).toEqual(failedAs("signal_expired"));
    expect(github.history).toHaveLength(1);
  });

  it("SIG-05 is refused when its issuer gave it more than fifteen minutes", async () => {
    const long = { expiresAt: new Date(now.getTime() + 3600_000) };
    expect(await resultOf("commit", commitParams(), long)).toEqual(refusedAs("signal_refused"));
  });

  it("is refused when it expires between its opening and its effect", async () => {
    const soon = { expiresAt: new Date(now.getTime() + 30_000) };
    const slow = around.fetch;
    around.fetch = (input, init) => {
      const isCommit = typeof input === "string" && input.endsWith("/git/commits");
      if (init?.method === "POST" && isCommit) now = new Date(now.getTime() + 31_000);
      return slow(input, init);
    };
    expect(await resultOf("commit", commitParams(), soon)).toEqual(failedAs("signal_expired"));
    expect(github.history).toHaveLength(1);
  });

  it("SIG-10 is refused when it is for another worker", async () => {
    expect(await resultOf("commit", commitParams(), { workerId: "client-bob" })).toEqual(
      refusedAs("signal_refused"),
    );
  });

  it("is refused when it is of another run than the claim says", async () => {
    server.enqueue("commit", commitParams());
    const sealed = server.seal({ runId: randomUUID(), kind: "commit", params: commitParams(), change: {} });
    server.seal = () => sealed;
    await wake();
    expect(server.reports.at(-1)?.result).toEqual(refusedAs("signal_refused"));
    expect(github.history).toHaveLength(1);
  });

  it("SIG-01 is refused the second time", async () => {
    const signalId = randomUUID();
    server.enqueue("commit", commitParams(), { signalId });
    server.enqueue("commit", commitParams(), { signalId });
    await wake();
    expect(server.reports.map((report) => report.result.outcome)).toEqual(["succeeded", "refused"]);
    expect(github.history).toHaveLength(2);
  });

  it("SIG-19 is refused after a later one of its lane", async () => {
    server.enqueue("commit", commitParams(), { seq: 7 });
    server.enqueue("commit", commitParams(), { seq: 5 });
    server.enqueue("commit", commitParams(), { seq: 9 });
    await wake();
    expect(server.reports.map((report) => report.result)).toMatchObject([
      { outcome: "succeeded" },
      refusedAs("stale_order"),
      { outcome: "succeeded" },
    ]);
  });

  it.each(["dispatch", "rollback", "update", "shell", "__proto__"])("of kind %s is refused", async (kind) => {
    expect(await resultOf(kind, {})).toEqual(refusedAs("unsupported_kind"));
  });
});

describe("allow.json", () => {
  const allow = JSON.parse(renderAllowList({ repository })) as Record<string, unknown>;

  it.each([
    ["does not name the kind", { kinds: ["verify"] }, "not_allowed"],
    ["does not name the repository", { repositories: ["alice/other"] }, "not_allowed"],
    ["names another folder", { dataFolder: "diary" }, "not_allowed"],
    ["names a folder whose name only begins alike", { dataFolder: "pul" }, "not_allowed"],
    ["allows no commit a day", { dailyCaps: { commit: 0 } }, "daily_cap_reached"],
    ["has a field that nobody knows", { note: "" }, "allow_list_unreadable"],
    ["is of another version", { version: 2 }, "allow_list_unreadable"],
    ["names a folder above", { dataFolder: "../" }, "allow_list_unreadable"],
    ["names .github as its data folder", { dataFolder: ".github" }, "allow_list_unreadable"],
    ["has a kind that nobody knows", { kinds: ["commit", "shell"] }, "allow_list_unreadable"],
  ])("refuses when it %s", async (_name, change, code) => {
    github.push({ "allow.json": JSON.stringify({ ...allow, ...change }) });
    expect(await resultOf("commit", commitParams())).toEqual(refusedAs(code));
    expect(github.files["pulse/journal.md"]).toBeUndefined();
  });

  it("refuses everything when it is missing, or names a key twice", async () => {
    github = new FakeGitHub(repository, {});
    expect(await resultOf("verify", {})).toEqual(refusedAs("allow_list_unreadable"));
    const doubled = renderAllowList({ repository }).replace('"version": 1,', '"version": 1, "version": 1,');
    github = new FakeGitHub(repository, { "allow.json": doubled });
    expect(await resultOf("verify", {})).toEqual(refusedAs("allow_list_unreadable"));
  });

  it("counts the commits of the day, and only those of pulses", async () => {
    github.push({ "allow.json": JSON.stringify({ ...allow, dailyCaps: { commit: 2 } }) });
    server.enqueue("commit", commitParams({ authoredAt: "2026-03-13T23:59:59.000Z" }));
    for (let at = 0; at < 3; at++) server.enqueue("commit", commitParams());
    await wake();
    expect(server.reports.map((report) => report.result)).toMatchObject([
      { outcome: "succeeded" },
      { outcome: "succeeded" },
      { outcome: "succeeded" },
      refusedAs("daily_cap_reached"),
    ]);
  });

  it("compares the repository's name as GitHub does, without regard to case", async () => {
    github.push({ "allow.json": JSON.stringify({ ...allow, repositories: ["Alice/KeepStreak-Pulse"] }) });
    expect(await resultOf("commit", commitParams())).toMatchObject({ outcome: "succeeded" });
  });
});

describe("a commit", () => {
  it("appends a line, by the user, on the user's day, with the run's trailer", async () => {
    github.push({ "pulse/journal.md": "- before" });
    const runId = server.enqueue("commit", commitParams());
    await wake();
    expect(github.files["pulse/journal.md"]).toBe("- before\n- a line\n");
    const [made] = github.history;
    const person = {
      name: "Alice",
      email: "42+alice@users.noreply.github.com",
      date: "2026-03-14T10:20:00+01:00",
    };
    expect(made).toMatchObject({ author: person, committer: person });
    expect(made?.message).toBe(`Keep the journal\n\nPulse-Run: ${runId}\nAutomated-By: KeepStreak`);
    expect(server.reports.at(-1)?.result).toEqual({
      outcome: "succeeded",
      commitSha: github.head,
      facts: null,
    });
  });

  it("replaces a file whole", async () => {
    github.push({ "pulse/count.json": "1" });
    await resultOf("commit", commitParams({ path: "pulse/count.json", mode: "replace", content: "2" }));
    expect(github.files["pulse/count.json"]).toBe("2");
  });

  it("is made once: a second delivery finds it", async () => {
    const runId = server.enqueue("commit", commitParams());
    await wake();
    const made = github.head;
    github.push({ "notes.txt": "later" });
    server.enqueue("commit", commitParams(), { runId });
    await wake();
    expect(server.reports.at(-1)?.result).toEqual({ outcome: "already_done", commitSha: made });
    expect(github.history).toHaveLength(3);
  });

  it("is made once when the answer to the branch's move is lost", async () => {
    github.patchFaults = ["reply_lost"];
    expect(await resultOf("commit", commitParams())).toEqual({
      outcome: "succeeded",
      commitSha: github.head,
      facts: null,
    });
    expect(github.history).toHaveLength(2);
  });

  it.each(["request_lost", "server_error", "overtaken"] as const)("is tried again when %s", async (fault) => {
    github.patchFaults = [fault, fault];
    expect(await resultOf("commit", commitParams())).toMatchObject({
      outcome: "succeeded",
      commitSha: github.head,
    });
    expect(github.files["pulse/journal.md"]).toBe("- a line\n");
  });

  it("has the same SHA when it is tried again on the same parent", async () => {
    github.patchFaults = ["request_lost", "request_lost"];
    await resultOf("commit", commitParams());
    expect(github.commits.size).toBe(2);
  });

  it("fails when the branch keeps moving away, and is unknown when nobody can say", async () => {
    github.patchFaults = Array.from({ length: 4 }, () => "overtaken" as const);
    expect(await resultOf("commit", commitParams())).toEqual(failedAs("branch_moved"));
    github.patchFaults = Array.from({ length: 4 }, () => "request_lost" as const);
    expect(await resultOf("commit", commitParams())).toMatchObject({ outcome: "unknown" });
  });

  it("finds a run beyond the first page of history", async () => {
    const runId = server.enqueue("commit", commitParams());
    await wake();
    for (let at = 0; at < 150; at++) github.push({ "notes.txt": String(at) });
    server.enqueue("commit", commitParams(), { runId });
    await wake();
    expect(server.reports.at(-1)?.result).toMatchObject({ outcome: "already_done" });
  });

  it.each([
    ["UPD-08 the workflow", { path: ".github/workflows/pulse.yml" }],
    ["the worker", { path: "worker.mjs" }],
    ["allow.json", { path: "allow.json" }],
    ["UPD-11 a path upwards", { path: "pulse/../allow.json" }],
    ["a script in the data folder", { path: "pulse/run.sh" }],
    ["a hidden file", { path: "pulse/.gitattributes" }],
    ["a path with a backslash", { path: "pulse\\..\\allow.json" }],
    ["an option as branch", { branch: "--upload-pack=id" }],
    ["a branch that leaves the heads", { branch: "../tags/v1" }],
    ["an owner that is a path", { owner: "alice/../bob" }],
    ["an author that closes its field", { author: { name: "A <x>", email: "a@b" } }],
    ["an author with a second line", { author: { name: "A\nB", email: "a@b" } }],
    ["a message with another run's trailer", { message: "x\n\nPulse-Run: 1" }],
    ["a parameter that nobody knows", { force: true }],
    ["no content", { content: undefined }],
    ["a day that does not exist", { authoredAt: "2026-02-31T09:00:00.000Z" }],
    ["a date of last month", { authoredAt: "2026-02-14T09:00:00.000Z" }],
    ["a date of tomorrow", { authoredAt: "2026-03-15T09:00:00.000Z" }],
    ["a time zone that does not exist", { timeZone: "Mars/Olympus" }],
  ])("never writes %s", async (_name, change) => {
    expect(await resultOf("commit", commitParams(change))).toEqual(refusedAs("invalid_params"));
    expect(github.history).toHaveLength(1);
  });

  it("UPD-11 treats hostile text as data", async () => {
    const hostile = "$(id) `id` ${{ github.token }} ; rm -rf / \\ \" '";
    await resultOf("commit", commitParams({ message: hostile, content: hostile }));
    expect(github.files["pulse/journal.md"]).toBe(`${hostile}\n`);
    expect(github.history[0]?.message.startsWith(hostile)).toBe(true);
  });

  it("names what GitHub refused", async () => {
    expect(await resultOf("commit", commitParams({ branch: "gone" }))).toEqual(failedAs("target_not_found"));
    github.push({ "allow.json": renderAllowList({ repository: "bob/private" }) });
    const foreign = commitParams({ owner: "bob", repo: "private" });
    expect(await resultOf("commit", foreign)).toEqual(failedAs("target_not_found"));
  });

  it("waits as GitHub asks when it was too quick, but not for ever", async () => {
    const before = now.getTime();
    github.answers = [
      { status: 200, body: { value: `oidc for keepstreak:https://pulse.example:${CLIENT_ID}` } },
    ];
    github.answers.push({ status: 403, headers: { "retry-after": "7" } });
    expect(await resultOf("commit", commitParams())).toMatchObject({ outcome: "succeeded" });
    expect(now.getTime() - before).toBe(7_000);
    github.answers = [
      { status: 200, body: { value: `oidc for keepstreak:https://pulse.example:${CLIENT_ID}` } },
    ];
    github.answers.push({ status: 429, headers: { "retry-after": "3600" } });
    expect(await resultOf("commit", commitParams())).toEqual(failedAs("rate_limited"));
  });
});

describe("keepalive", () => {
  const params = { owner: "alice", repo: "keepstreak-pulse", workflows: ["pulse.yml"] };

  it("enables a workflow that GitHub disabled, without a commit", async () => {
    github.workflows.set("pulse.yml", "disabled_inactivity");
    expect(await resultOf("keepalive", params)).toMatchObject({ outcome: "succeeded" });
    expect(github.workflows.get("pulse.yml")).toBe("active");
    expect(github.history).toHaveLength(1);
  });

  it("leaves alone what a person switched off, and what allow.json does not name", async () => {
    github.workflows.set("pulse.yml", "disabled_manually");
    expect(await resultOf("keepalive", params)).toEqual(refusedAs("not_allowed"));
    github.workflows.set("deploy.yml", "disabled_inactivity");
    expect(await resultOf("keepalive", { ...params, workflows: ["deploy.yml"] })).toEqual(
      refusedAs("not_allowed"),
    );
    expect(github.enabled).toEqual([]);
  });
});
