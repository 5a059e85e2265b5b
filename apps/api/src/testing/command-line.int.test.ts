import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { AuditExport } from "@pulsekeep/contracts/api/audit";
import type { OwnMachineStarted, Provisioning, Worker } from "@pulsekeep/contracts/api/workers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sealLog, tamper } from "../modules/audit/test-audit-log.js";
import { findSecrets } from "./find-secrets.js";
import { startTestApp, type TestApp } from "./test-app.js";
import type { TestClient } from "./test-client.js";
import { eventually as eventuallyWithin } from "./test-eventually.js";
import { callGitHub, newUserToken } from "./test-github-user.js";
import { createPulse, getRun, runNow } from "./test-pulse.js";
import type { TestStandIn } from "./test-stand-in.js";

const LOGIN = "octo-alice";
const BUNDLE = fileURLToPath(new URL("../../../../packages/cli/bundle.mjs", import.meta.url));

let test: TestApp;
let github: TestStandIn;
let alice: TestClient;
let folder: string;
let program: string;
let token: string;
/** Of a resident worker that was installed but never ran: its file and its set-up. */
let resident: { config: string; id: string };

beforeAll(async () => {
  test = await startTestApp({ standIn: true });
  if (!test.standIn) throw new Error("no GitHub");
  github = test.standIn;
  alice = await test.signUp("Alice");
  github.context.store.users.ensure(LOGIN, { name: "Octo Alice" });
  token = newUserToken(github, LOGIN);
  folder = await mkdtemp(path.join(tmpdir(), "pulsekeep-cli-"));
  program = path.join(folder, "pulsekeep.mjs");
  await promisify(execFile)(process.execPath, [BUNDLE, program]);
});
afterAll(async () => {
  await test.close();
  await rm(folder, { recursive: true, force: true });
});

/** Programs and runners take their time on a machine that has other things to do. */
const eventually = <T>(look: () => Promise<T | undefined | false>): Promise<T> =>
  eventuallyWithin(look, { timeoutMs: 45_000 });

const environment = (changes: Record<string, string> = {}): Record<string, string> => ({
  PATH: process.env.PATH ?? "",
  HOME: folder,
  GH_TOKEN: token,
  GITHUB_API_URL: github.apiUrl,
  PULSEKEEP_URL: test.url,
  ...changes,
});

/** Starts the program in another folder with nothing but this environment, as a person would. */
function start(args: readonly string[], changes: Record<string, string> = {}) {
  const child = spawn(process.execPath, [program, ...args], { cwd: folder, env: environment(changes) });
  const said = { out: "", err: "" };
  child.stdout.on("data", (chunk: Buffer) => {
    said.out += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    said.err += chunk.toString();
  });
  const ended = once(child, "close").then(([code]) => ({ code: code as number | null, ...said }));
  return { child, said, ended };
}

async function run(args: readonly string[], changes: Record<string, string> = {}) {
  const { code, out, err } = await start(args, changes).ended;
  return {
    code,
    out,
    err,
    json: args.includes("--json") ? (JSON.parse(out) as Record<string, unknown>) : {},
  };
}

async function newCode(workerId?: string): Promise<OwnMachineStarted> {
  const { body, status } = await alice.post<OwnMachineStarted>("/api/v1/provisionings/own-machine", {
    workerId,
  });
  if (status !== 201) throw new Error(JSON.stringify(body));
  return body;
}

const readProvisioning = async (id: string): Promise<Provisioning> =>
  (await alice.get<Provisioning>(`/api/v1/provisionings/${id}`)).body;

async function confirm(id: string): Promise<Worker> {
  const row = await eventually(async () => {
    const found = await readProvisioning(id);
    return found.state === "awaiting_confirmation" && found;
  });
  const seen = { repositoryId: row.repository?.id, ownerId: row.repository?.ownerId };
  const answer = await alice.post(`/api/v1/provisionings/${id}/confirm`, seen);
  if (answer.status >= 300) throw new Error(JSON.stringify(answer.body));
  return (await alice.get<Worker>(`/api/v1/workers/${row.workerId}`)).body;
}

describe("a worker that its user sets up from their own machine", () => {
  it("runs on GitHub Actions, and the server has never seen a token [ZT-01]", async () => {
    const { id, code } = await newCode();
    const done = await run(["worker", "init", "--code", code, "--json"]);
    expect({ code: done.code, err: done.code === 0 ? "" : done.err }).toEqual({ code: 0, err: "" });
    expect(done.json).toMatchObject({
      kind: "actions",
      state: "awaiting_confirmation",
      repository: `${LOGIN}/keepstreak-pulse`,
      page: `${test.url}/app/workers/provisionings/${id}`,
    });
    expect(await confirm(id)).toMatchObject({ kind: "actions", state: "active", way: "machine" });
    const kept = await readFile(path.join(folder, ".config/pulsekeep/worker.json"), "utf8");
    expect(JSON.parse(kept)).toMatchObject({ kind: "actions", handshakeSecret: null });
    const places = {
      databaseUrl: test.database.superuserUrl,
      redisUrl: test.redis?.url ?? "",
      texts: { logs: test.logs, out: [done.out], err: [done.err] },
      folders: [folder],
    };
    expect(await findSecrets([token], places)).toEqual([]);
    const status = await eventually(async () => {
      const said = await run(["worker", "status", "--json"]);
      return (said.json["lastRun"] as { outcome: string } | null)?.outcome === "success" && said;
    });
    expect(status).toMatchObject({ code: 0, json: { working: true, kind: "actions", state: "active" } });
  });

  it("gets no second root for a code, and touches no repository that is not a worker's", async () => {
    const { id, code } = await newCode();
    await callGitHub(github, {
      tokenPlain: token,
      method: "POST",
      address: "/user/repos",
      body: { name: "mine", private: true, auto_init: true },
    });
    const taken = await run(["worker", "init", "--code", code, "--repository", "mine", "--config", "x.json"]);
    expect({ code: taken.code, err: taken.err }).toMatchObject({
      code: 1,
      err: expect.stringContaining("exists and is no worker's") as string,
    });
    expect((await readProvisioning(id)).state).toBe("awaiting_enrolment");
    const args = [
      "worker",
      "init",
      "--resident",
      "--code",
      code,
      "--repository",
      "second",
      "--config",
      "x.json",
    ];
    expect(await run(args)).toMatchObject({ code: 0 });
    const again = await run([...args, "--json"]);
    expect(again).toMatchObject({ code: 1, json: { error: { code: "enrolment_code_refused" } } });
  });

  it("says where it stopped, there and on the page, and goes on from there with a new code", async () => {
    const { id, code } = await newCode();
    const args = [
      "worker",
      "init",
      "--resident",
      "--repository",
      "third",
      "--config",
      "third.json",
      "--json",
    ];
    github.context.faults.seed({ kind: "organization_policy", path: "*/git/trees" }, 1);
    const failed = await run([...args, "--code", code]);
    expect(failed).toMatchObject({ code: 1, json: { error: { code: "organization_policy" } } });
    const { state, steps, workerId } = await readProvisioning(id);
    expect(state).toBe("failed");
    expect(steps.filter((step) => step.errorCode !== null)).toMatchObject([
      { name: "files", errorCode: "organization_policy" },
    ]);
    const second = await newCode(workerId);
    const next = await run([...args, "--code", second.code]);
    expect(next).toMatchObject({
      code: 0,
      json: { workerId, state: "installed", repository: `${LOGIN}/third` },
    });
    resident = { config: path.join(folder, "third.json"), id: second.id };
  });

  it("stays, performs a pulse, and ends in good order when it is told to", async () => {
    const state = path.join(folder, "state");
    const { config, id } = resident;
    expect((await stat(config)).mode & 0o777).toBe(0o600);
    const here = { PULSEKEEP_CONFIG: config, XDG_STATE_HOME: state };
    expect(await run(["worker", "status", "--json"], here)).toMatchObject({
      code: 1,
      json: { state: "never_run", kind: "resident" },
    });
    const worker = start(["worker", "run", "--json"], here);
    try {
      const { id: workerId, kind } = await confirm(id);
      expect(kind).toBe("resident");
      const pulse = await createPulse(alice, { id: workerId });
      const { id: runId } = await runNow(alice, pulse);
      const ended = await eventually(async () => {
        const found = await getRun(alice, runId);
        return found.state === "succeeded" && found;
      });
      expect(ended.commitSha).toMatch(/^[0-9a-f]{40}$/);
      const status = await run(["worker", "status", "--json"], here);
      expect(status).toMatchObject({
        code: 0,
        json: { working: true, state: "connected", lastRun: { outcome: "succeeded" } },
      });
    } finally {
      worker.child.kill("SIGTERM");
    }
    const { code: exitCode, out, err } = await worker.ended;
    expect({ exitCode, err: exitCode === 0 ? "" : err }).toEqual({ exitCode: 0, err: "" });
    expect(JSON.parse(out)).toEqual({ kind: "stopped", runsPerformed: 2 });
    for (const secret of [
      token,
      (JSON.parse(await readFile(config, "utf8")) as { handshakeSecret: string }).handshakeSecret,
    ])
      expect(err).not.toContain(secret);
    expect(await test.sql("select id from runs where state = 'claimed'")).toEqual([]);
    expect((await run(["worker", "status", "--json"], here)).json).toMatchObject({ state: "stopped" });
  });

  it("gets another root from there, and works with it at once", async () => {
    const { config, id } = resident;
    const { workerId } = await readProvisioning(id);
    const before = JSON.parse(await readFile(config, "utf8")) as { handshakeSecret: string };
    const again = await newCode(workerId);
    const done = await run(["worker", "rotate", "--config", config, "--code", again.code, "--json"]);
    expect(done).toMatchObject({ code: 0, json: { workerId, repository: `${LOGIN}/third` } });
    const after = JSON.parse(await readFile(config, "utf8")) as { handshakeSecret: string };
    expect(after).not.toEqual(before);
    expect({ ...after, handshakeSecret: "" }).toMatchObject({
      kind: "resident",
      repository: `${LOGIN}/third`,
    });
    expect((await run(["worker", "run", "--once", "--config", config])).code).toBe(0);
    expect(await eventually(async () => (await readProvisioning(again.id)).state === "done")).toBe(true);
  });
});

describe("the audit log in the worker's own repository", () => {
  const folderOf = () => path.join(folder, "kept");
  /** What the worker has committed, as its user would check it out. */
  async function checkOut(): Promise<string[]> {
    const repository = github.context.store.repositories.find(LOGIN, "third");
    const git = repository && github.context.git.open(repository);
    if (!git) throw new Error("no repository");
    const listed = await git.git(["ls-tree", "-r", "--name-only", "main", "pulse/"]);
    await mkdir(folderOf(), { recursive: true });
    const files: string[] = [];
    for (const name of listed
      .toString()
      .trim()
      .split("\n")
      .filter((line) => line.includes("audit"))) {
      files.push(path.join(folderOf(), path.basename(name)));
      await writeFile(files.at(-1) ?? "", await git.git(["show", `main:${name}`]));
    }
    return files.sort();
  }
  const verify = (...more: string[]) =>
    run(["audit", "verify", "--json", "--state", path.join(folder, "export-state.json"), ...more]);

  it("is committed by the worker once it is switched on, and verified against the server's", async () => {
    await sealLog(test);
    const { workerId } = await readProvisioning(resident.id);
    const { status } = await alice.call("PUT", `/api/v1/workers/${workerId}/checkpoint-export`, {
      body: { enabled: true },
    });
    expect(status).toBe(204);
    expect((await run(["worker", "run", "--once", "--config", resident.config])).code).toBe(0);
    const files = await checkOut();
    expect(files.length).toBeGreaterThan(1);
    const download = await alice.get<AuditExport>("/api/v1/audit/export");
    expect(download.headers.get("content-disposition")).toContain("audit-export.json");
    const exported = await Promise.all(
      files
        .filter((file) => file.endsWith(".json"))
        .map(async (file) => JSON.parse(await readFile(file, "utf8")) as AuditExport),
    );
    // Everything that a checkpoint covered, once, in order.
    const indexes = exported.flatMap(({ entries }) => entries.map(({ leafIndex }) => leafIndex));
    expect(indexes).toEqual(download.body.entries.map(({ leafIndex }) => leafIndex).slice(0, indexes.length));
    expect(indexes.length).toBeGreaterThan(5);
    const found = await verify("--server", test.url, ...files);
    expect(found).toMatchObject({
      code: 0,
      json: { verified: true, entries: indexes.length, witnesses: files.length },
    });
    // One by itself, without any server.
    expect(await verify(files[0] ?? "")).toMatchObject({
      code: 0,
      json: { entries: exported[0]?.entries.length },
    });
  });

  it("has the rest the next day, and again what did not get there", async () => {
    const { workerId } = await readProvisioning(resident.id);
    const tomorrow = () =>
      test.sql(
        "update workers set checkpoint_exported_at = checkpoint_exported_at - interval '24 hours' where id = $1",
        [workerId],
      );
    const below = async () =>
      Number(
        (
          await test.sql<{ n: string }>("select audit_exported_below as n from workers where id = $1", [
            workerId,
          ])
        )[0]?.n,
      );
    const exportRuns = () =>
      test.sql<{ id: string; first: number }>(
        "select id, split_part(slot, ':', 2)::int as first from runs where worker_id = $1 and slot like 'audit-export:%' order by created_at, seq",
        [workerId],
      );
    const before = await exportRuns();
    await alice.patch("/api/v1/me", { name: "Alicia" });
    await sealLog(test);
    // The last file of the day before did not arrive.
    const lost = before.at(-1);
    await test.sql("update runs set state = 'failed' where id = $1", [lost?.id]);
    const reached = await below();
    await tomorrow();
    expect((await run(["worker", "run", "--once", "--config", resident.config])).code).toBe(0);
    const after = (await exportRuns()).slice(before.length);
    expect(after[0]?.first).toBe(lost?.first);
    expect(await below()).toBeGreaterThan(reached);
    const files = await checkOut();
    expect(await verify("--server", test.url, ...files)).toMatchObject({ code: 0, json: { verified: true } });
  });

  it("shows what the server has changed since, or shows to its user otherwise [AUD-02]", async () => {
    const files = await checkOut();
    const file = files.find((name) => name.endsWith(".json")) ?? "";
    const text = await readFile(file, "utf8");
    await writeFile(file, text.replace('"action":"account.created"', '"action":"account.deleted"'));
    const forged = await verify("--server", test.url, ...files);
    expect(forged).toMatchObject({ code: 1, json: { findings: [{ kind: "entry_differs" }] } });
    await writeFile(file, "{}");
    expect(await verify("--server", test.url, file)).toMatchObject({
      code: 2,
      json: { error: { code: "no_audit_export" } },
    });
  });
});

describe("the audit log, verified from outside", () => {
  const verify = (state: string, ...more: string[]) =>
    run(["audit", "verify", "--json", "--state", path.join(folder, state), ...more]);
  const kindsOf = ({ json }: { json: Record<string, unknown> }) =>
    (json["findings"] as { kind: string }[]).map(({ kind }) => kind);

  it("is verified, and has to continue what was kept", async () => {
    await sealLog(test);
    const first = await verify("kept.json");
    expect(first).toMatchObject({ code: 0, json: { verified: true, previous: null } });
    const { treeSize } = first.json["newest"] as { treeSize: number };
    expect(first.json["leaves"]).toBe(treeSize);
    await alice.patch("/api/v1/me", { name: "Alicia" });
    await sealLog(test);
    const second = await verify("kept.json");
    expect(second).toMatchObject({ code: 0, json: { verified: true, previous: { treeSize }, leaves: 1 } });
    expect(second.json["consistencyProofs"]).toBeGreaterThan(0);
  });

  it("shows that an entry was changed, and that its end was cut off [AUD-02]", async () => {
    await tamper(
      test,
      "delete from audit_checkpoints where tree_size = (select max(tree_size) from audit_checkpoints)",
    );
    const cut = await verify("kept.json");
    expect({ code: cut.code, kinds: kindsOf(cut) }).toEqual({ code: 1, kinds: ["shrunk"] });
    await tamper(test, "update audit_nodes set hash = sha256(hash) where level = 0 and node_index = 1");
    const changed = await verify("fresh.json");
    expect({ code: changed.code, kinds: kindsOf(changed) }).toMatchObject({ code: 1 });
    expect(kindsOf(changed)).toContain("leaves_differ");
  });
});
