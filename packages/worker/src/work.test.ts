import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import { performRun } from "./perform-run.js";
import { renderAllowList } from "./render-allow-list.js";
import { FakeGitHub } from "./testing/fake-github.js";
import { CLIENT_ID, commitParams } from "./testing/fake-server.js";
import { failedAs, refusedAs, REPOSITORY as repository, WorkerBench } from "./testing/worker-bench.js";

let bench: WorkerBench;
beforeEach(() => {
  bench = new WorkerBench();
});

/** Why the worker would not go on, before the lines about its schedule. */
const lastProblem = () => bench.lines.findLast((line) => !/^(?:next check-in|schedule)/.test(line));

describe("a worker that is woken", () => {
  it("asks its server twice and GitHub never when there is nothing to do", async () => {
    expect(await bench.wake()).toBe(0);
    expect(bench.server.paths).toEqual(["/v1/worker/hello", "/v1/worker/claim"]);
    expect(bench.github.requests).toEqual(["GET /oidc/token"]);
  });

  it("says when it looks again, and what its schedule takes of the user's minutes", async () => {
    await bench.wake();
    expect(bench.lines).toEqual([
      "nothing to do",
      "next check-in: 2026-03-14T10:26Z, or later when GitHub is busy",
      "schedule 0 * * * *: 720 runs, 720 minutes of Actions in 30 days",
    ]);
    await bench.wake({}, { cron: "17 */3 * * *" });
    expect(bench.lines.at(-1)).toBe("schedule 17 */3 * * *: 240 runs, 240 minutes of Actions in 30 days");
  });

  it("reports the facts of its repository on verify and changes nothing", async () => {
    expect(await bench.resultOf("verify", {})).toEqual({
      outcome: "succeeded",
      commitSha: null,
      facts: {
        repositoryId: 4711,
        ownerId: 42,
        isPrivate: true,
        defaultBranch: "main",
        allowedKinds: ["verify", "commit", "keepalive", "update"],
      },
    });
    expect(bench.github.history).toHaveLength(1);
  });

  it("takes several runs in one waking and reports each", async () => {
    const runIds = Array.from({ length: 7 }, () => bench.server.enqueue("commit", commitParams()));
    expect(await bench.wake()).toBe(0);
    expect(bench.server.reports.map((report) => report.runId)).toEqual(runIds);
    expect(bench.github.history).toHaveLength(8);
  });

  it("gives back what it claimed when the runner asks it to end", async () => {
    const runIds = Array.from({ length: 3 }, () => bench.server.enqueue("commit", commitParams()));
    bench.around.isStopping = () => bench.server.reports.length === 1;
    expect(await bench.wake()).toBe(0);
    expect(bench.server.releasedRunIds).toEqual(runIds.slice(1));
    expect(bench.github.history).toHaveLength(2);
  });

  it("says hello without an identity token on a machine of the user's own", async () => {
    bench.startServer(undefined, "none");
    const absent = { GITHUB_ACTIONS: undefined, ACTIONS_ID_TOKEN_REQUEST_URL: undefined };
    expect(await bench.wake(absent)).toBe(0);
    expect(bench.lines[0]).toBe("nothing to do");
    expect(bench.lines.join()).not.toContain("minutes of Actions");
  });

  it("ends quietly when the server is down, after trying again", async () => {
    bench.server.faults.set("/v1/worker/hello", ["down", "down", "down", "down", "down"]);
    expect(await bench.wake()).toBe(0);
    expect(bench.server.paths).toHaveLength(5);
    bench.server.faults.set("/v1/worker/hello", ["down"]);
    expect(await bench.wake()).toBe(0);
    expect(lastProblem()).toBe("nothing to do");
  });

  it("repeats a report whose answer was lost, as the same report", async () => {
    bench.server.faults.set("/v1/worker/report", ["down", "reply_lost"]);
    await bench.resultOf("commit", commitParams());
    expect(bench.server.reports).toHaveLength(2);
    expect(bench.server.reports[1]).toEqual(bench.server.reports[0]);
    expect(bench.github.history).toHaveLength(2);
  });
});

describe("a lease", () => {
  const slow = (everyMs: number) => {
    bench.onRequest = ({ path }) => {
      if (path.startsWith("/api/")) bench.pass(everyMs);
    };
  };

  it("is not asked for again while effects are quick", async () => {
    for (let at = 0; at < 3; at++) bench.server.enqueue("commit", commitParams());
    await bench.wake();
    expect(bench.server.heartbeats).toEqual([]);
  });

  it("of every run that is still to be reported is held by heartbeats while an effect takes long", async () => {
    slow(11_000);
    const runIds = [1, 2].map(() => bench.server.enqueue("commit", commitParams()));
    await bench.wake();
    expect(bench.server.heartbeats[0]).toEqual(runIds);
    expect(bench.server.heartbeats.at(-1)).toEqual([runIds[1]]);
    expect(bench.server.reports.map(({ result }) => result.outcome)).toEqual(["succeeded", "succeeded"]);
  });

  it("that is somebody else's ends the run before its next step", async () => {
    slow(11_000);
    const runId = bench.server.enqueue("commit", commitParams());
    bench.server.lost.add(runId);
    await bench.wake();
    expect(bench.server.reports.at(-1)?.result).toEqual(failedAs("signal_expired"));
    expect(bench.github.history).toHaveLength(1);
  });

  it("goes on by itself when the server cannot be reached for a heartbeat", async () => {
    slow(11_000);
    bench.server.faults.set(
      "/v1/worker/heartbeat",
      Array.from({ length: 20 }, () => "down" as const),
    );
    expect(await bench.resultOf("commit", commitParams())).toMatchObject({ outcome: "succeeded" });
  });
});

describe("the server's answers", () => {
  it.each(["unsigned", "wrong_key", "altered_body"] as const)(
    "are refused when %s, before anything is done",
    async (fault) => {
      bench.server.enqueue("commit", commitParams());
      bench.server.faults.set("/v1/worker/claim", [fault]);
      expect(await bench.wake()).toBe(1);
      expect(lastProblem()).toContain("not from our server");
      expect(bench.github.history).toHaveLength(1);
      expect(bench.server.reports).toEqual([]);
    },
  );

  it("SIG-01 are refused when they answered an earlier question", async () => {
    bench.server.enqueue("commit", commitParams());
    bench.server.faults.set("/v1/worker/claim", ["replayed"]);
    expect(await bench.wake()).toBe(1);
    expect(lastProblem()).toContain("wrong_request");
  });

  it("SIG-04 cannot be had by a worker whose clock is ten minutes off", async () => {
    const real = new Date(bench.now);
    bench.startServer(() => new Date(real.getTime() + 600_000));
    expect(await bench.wake()).toBe(1);
    expect(bench.server.refusals).toEqual(["too_old"]);
    expect(lastProblem()).toContain("proof_refused");
  });
});

describe("a signal", () => {
  it("is refused once it has expired", async () => {
    const past = { notBefore: new Date(bench.now.getTime() - 600_000), expiresAt: new Date(bench.now) };
    expect(await bench.resultOf("commit", commitParams(), past)).toEqual(failedAs("signal_expired"));
    expect(bench.github.history).toHaveLength(1);
  });

  it("SIG-05 is refused when its issuer gave it more than fifteen minutes", async () => {
    const long = { expiresAt: new Date(bench.now.getTime() + 3600_000) };
    expect(await bench.resultOf("commit", commitParams(), long)).toEqual(refusedAs("signal_refused"));
  });

  it("is refused when it expires between its opening and its effect", async () => {
    const soon = { expiresAt: new Date(bench.now.getTime() + 30_000) };
    const slow = bench.around.fetch;
    bench.around.fetch = (input, init) => {
      const isCommit = typeof input === "string" && input.endsWith("/git/commits");
      if (init?.method === "POST" && isCommit) bench.pass(31_000);
      return slow(input, init);
    };
    expect(await bench.resultOf("commit", commitParams(), soon)).toEqual(failedAs("signal_expired"));
    expect(bench.github.history).toHaveLength(1);
  });

  it("SIG-10 is refused when it is for another worker", async () => {
    expect(await bench.resultOf("commit", commitParams(), { workerId: "client-bob" })).toEqual(
      refusedAs("signal_refused"),
    );
  });

  it("is refused when its run has no id that could stand in a message or a tag", async () => {
    const runIds = ["1", "../../heads/main", "x\nPulse-Run: y", randomUUID().toUpperCase()];
    for (const runId of runIds) {
      bench.server.enqueue("commit", commitParams(), { runId });
      await bench.wake();
    }
    expect(bench.lines.filter((line) => line.includes("refused (signal_refused"))).toHaveLength(4);
    expect(bench.github.history).toHaveLength(1);
  });

  it("is refused when it is of another run than the claim says", async () => {
    bench.server.enqueue("commit", commitParams());
    const sealed = bench.server.seal({
      runId: randomUUID(),
      kind: "commit",
      params: commitParams(),
      change: {},
    });
    bench.server.seal = () => sealed;
    await bench.wake();
    expect(bench.server.reports.at(-1)?.result).toEqual(refusedAs("signal_refused"));
    expect(bench.github.history).toHaveLength(1);
  });

  it("SIG-01 is refused the second time", async () => {
    const signalId = randomUUID();
    bench.server.enqueue("commit", commitParams(), { signalId });
    bench.server.enqueue("commit", commitParams(), { signalId });
    await bench.wake();
    expect(bench.server.reports.map((report) => report.result)).toEqual([
      expect.objectContaining({ outcome: "succeeded" }),
      refusedAs("signal_replayed"),
    ]);
    expect(bench.github.history).toHaveLength(2);
  });

  it("SIG-02 is performed once among two hundred copies that arrive together, and once by two workers of it", async () => {
    const runId = randomUUID();
    const run = { runId, kind: "commit", params: commitParams(), change: {} };
    const signal = bench.server.seal(run);
    const config = bench.config();
    const fresh = () => ({ signalIds: new Set<string>(), seqs: new Map<string, number>(), allow: undefined });
    const memory = fresh();
    const { around } = bench;
    const copies = Array.from({ length: 200 }, () =>
      performRun({ runId, signal }, { config, around, memory }),
    );
    const outcomes = (await Promise.all(copies)).map(({ result }) => result.outcome);
    expect(outcomes.filter((outcome) => outcome === "succeeded")).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === "refused")).toHaveLength(199);
    const other = await performRun({ runId, signal }, { config, around, memory: fresh() });
    expect(other.result.outcome).toBe("already_done");
    expect(bench.github.history.filter(({ message }) => message.includes(runId))).toHaveLength(1);
  });

  it("SIG-19 is refused after a later one of its lane", async () => {
    bench.server.enqueue("commit", commitParams(), { seq: 7 });
    bench.server.enqueue("commit", commitParams(), { seq: 5 });
    bench.server.enqueue("commit", commitParams(), { seq: 9 });
    await bench.wake();
    expect(bench.server.reports.map((report) => report.result)).toMatchObject([
      { outcome: "succeeded" },
      refusedAs("stale_order"),
      { outcome: "succeeded" },
    ]);
  });

  it.each(["shell", "Commit", "__proto__"])("of kind %s is refused", async (kind) => {
    expect(await bench.resultOf(kind, {})).toEqual(refusedAs("unsupported_kind"));
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
    bench.github.push({ "allow.json": JSON.stringify({ ...allow, ...change }) });
    expect(await bench.resultOf("commit", commitParams())).toEqual(refusedAs(code));
    expect(bench.github.files["pulse/journal.md"]).toBeUndefined();
  });

  it("refuses everything when it is missing, or names a key twice", async () => {
    bench.github = new FakeGitHub(repository, {});
    expect(await bench.resultOf("verify", {})).toEqual(refusedAs("allow_list_unreadable"));
    const doubled = renderAllowList({ repository }).replace('"version": 1,', '"version": 1, "version": 1,');
    bench.github = new FakeGitHub(repository, { "allow.json": doubled });
    expect(await bench.resultOf("verify", {})).toEqual(refusedAs("allow_list_unreadable"));
  });

  it("counts the commits of the day, and only those of pulses", async () => {
    bench.github.push({ "allow.json": JSON.stringify({ ...allow, dailyCaps: { commit: 2 } }) });
    bench.server.enqueue("commit", commitParams({ authoredAt: "2026-03-13T23:59:59.000Z" }));
    for (let at = 0; at < 3; at++) bench.server.enqueue("commit", commitParams());
    await bench.wake();
    expect(bench.server.reports.map((report) => report.result)).toMatchObject([
      { outcome: "succeeded" },
      { outcome: "succeeded" },
      { outcome: "succeeded" },
      refusedAs("daily_cap_reached"),
    ]);
  });

  it("compares the repository's name as GitHub does, without regard to case", async () => {
    bench.github.push({
      "allow.json": JSON.stringify({ ...allow, repositories: ["Alice/KeepStreak-Pulse"] }),
    });
    expect(await bench.resultOf("commit", commitParams())).toMatchObject({ outcome: "succeeded" });
  });
});

describe("a commit", () => {
  it("appends a line, by the user, on the user's day, with the run's trailer", async () => {
    bench.github.push({ "pulse/journal.md": "- before" });
    const runId = bench.server.enqueue("commit", commitParams());
    await bench.wake();
    expect(bench.github.files["pulse/journal.md"]).toBe("- before\n- a line\n");
    const [made] = bench.github.history;
    const person = {
      name: "Alice",
      email: "42+alice@users.noreply.github.com",
      date: "2026-03-14T10:20:00+01:00",
    };
    expect(made).toMatchObject({ author: person, committer: person });
    expect(made?.message).toBe(`Keep the journal\n\nPulse-Run: ${runId}\nAutomated-By: KeepStreak`);
    expect(bench.server.reports.at(-1)?.result).toEqual({
      outcome: "succeeded",
      commitSha: bench.github.head,
      facts: null,
    });
  });

  it("replaces a file whole", async () => {
    bench.github.push({ "pulse/count.json": "1" });
    await bench.resultOf("commit", commitParams({ path: "pulse/count.json", mode: "replace", content: "2" }));
    expect(bench.github.files["pulse/count.json"]).toBe("2");
  });

  it("is made once: a second delivery finds it", async () => {
    const runId = bench.server.enqueue("commit", commitParams());
    await bench.wake();
    const made = bench.github.head;
    bench.github.push({ "notes.txt": "later" });
    bench.server.enqueue("commit", commitParams(), { runId });
    await bench.wake();
    expect(bench.server.reports.at(-1)?.result).toEqual({ outcome: "already_done", commitSha: made });
    expect(bench.github.history).toHaveLength(3);
  });

  it("is made once when the answer to the branch's move is lost", async () => {
    bench.github.patchFaults = ["reply_lost"];
    expect(await bench.resultOf("commit", commitParams())).toEqual({
      outcome: "succeeded",
      commitSha: bench.github.head,
      facts: null,
    });
    expect(bench.github.history).toHaveLength(2);
  });

  it.each(["request_lost", "server_error", "overtaken"] as const)("is tried again when %s", async (fault) => {
    bench.github.patchFaults = [fault, fault];
    expect(await bench.resultOf("commit", commitParams())).toMatchObject({
      outcome: "succeeded",
      commitSha: bench.github.head,
    });
    expect(bench.github.files["pulse/journal.md"]).toBe("- a line\n");
  });

  it("has the same SHA when it is tried again on the same parent", async () => {
    bench.github.patchFaults = ["request_lost", "request_lost"];
    await bench.resultOf("commit", commitParams());
    expect(bench.github.commits.size).toBe(2);
  });

  it("fails when the branch keeps moving away, and is unknown when nobody can say", async () => {
    bench.github.patchFaults = Array.from({ length: 4 }, () => "overtaken" as const);
    expect(await bench.resultOf("commit", commitParams())).toEqual(failedAs("branch_moved"));
    bench.github.patchFaults = Array.from({ length: 4 }, () => "request_lost" as const);
    expect(await bench.resultOf("commit", commitParams())).toMatchObject({ outcome: "unknown" });
  });

  it("finds a run beyond the first page of history", async () => {
    const runId = bench.server.enqueue("commit", commitParams());
    await bench.wake();
    for (let at = 0; at < 150; at++) bench.github.push({ "notes.txt": String(at) });
    bench.server.enqueue("commit", commitParams(), { runId });
    await bench.wake();
    expect(bench.server.reports.at(-1)?.result).toMatchObject({ outcome: "already_done" });
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
    expect(await bench.resultOf("commit", commitParams(change))).toEqual(refusedAs("invalid_params"));
    expect(bench.github.history).toHaveLength(1);
  });

  it("UPD-11 treats hostile text as data", async () => {
    const hostile = "$(id) `id` ${{ github.token }} ; rm -rf / \\ \" '";
    await bench.resultOf("commit", commitParams({ message: hostile, content: hostile }));
    expect(bench.github.files["pulse/journal.md"]).toBe(`${hostile}\n`);
    expect(bench.github.history[0]?.message.startsWith(hostile)).toBe(true);
  });

  it("names what GitHub refused", async () => {
    expect(await bench.resultOf("commit", commitParams({ branch: "gone" }))).toEqual(
      failedAs("target_not_found"),
    );
    bench.github.push({ "allow.json": renderAllowList({ repository: "bob/private" }) });
    const foreign = commitParams({ owner: "bob", repo: "private" });
    expect(await bench.resultOf("commit", foreign)).toEqual(failedAs("target_not_found"));
  });

  it("waits as GitHub asks when it was too quick, but not for ever", async () => {
    const before = bench.now.getTime();
    bench.github.answers = [
      { status: 200, body: { value: `oidc for keepstreak:https://pulse.example:${CLIENT_ID}` } },
    ];
    bench.github.answers.push({ status: 403, headers: { "retry-after": "7" } });
    expect(await bench.resultOf("commit", commitParams())).toMatchObject({ outcome: "succeeded" });
    expect(bench.now.getTime() - before).toBe(7_000);
    bench.github.answers = [
      { status: 200, body: { value: `oidc for keepstreak:https://pulse.example:${CLIENT_ID}` } },
    ];
    bench.github.answers.push({ status: 429, headers: { "retry-after": "3600" } });
    expect(await bench.resultOf("commit", commitParams())).toEqual(failedAs("rate_limited"));
  });
});

describe("keepalive", () => {
  const params = { owner: "alice", repo: "keepstreak-pulse", workflows: ["pulse.yml"] };

  it("enables a workflow that GitHub disabled, without a commit", async () => {
    bench.github.workflows.set("pulse.yml", "disabled_inactivity");
    expect(await bench.resultOf("keepalive", params)).toMatchObject({ outcome: "succeeded" });
    expect(bench.github.workflows.get("pulse.yml")).toBe("active");
    expect(bench.github.history).toHaveLength(1);
  });

  it("leaves alone what a person switched off, and what allow.json does not name", async () => {
    bench.github.workflows.set("pulse.yml", "disabled_manually");
    expect(await bench.resultOf("keepalive", params)).toEqual(refusedAs("not_allowed"));
    bench.github.workflows.set("deploy.yml", "disabled_inactivity");
    expect(await bench.resultOf("keepalive", { ...params, workflows: ["deploy.yml"] })).toEqual(
      refusedAs("not_allowed"),
    );
    expect(bench.github.enabled).toEqual([]);
  });
});
