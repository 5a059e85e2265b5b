import { execFile } from "node:child_process";
import { generateKeyPairSync, randomUUID, sign } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import type { Provisioning, ProvisioningStarted } from "@pulsekeep/contracts/api/workers";
import { PROOF_HEADER, signProof, deriveWorkerKeys, epochAt } from "@pulsekeep/signing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findSecrets } from "../testing/find-secrets.js";
import { startTestApp, type TestApp } from "../testing/test-app.js";
import type { TestClient } from "../testing/test-client.js";
import { answerConsent } from "../testing/test-consent.js";
import { eventually } from "../testing/test-eventually.js";
import { callGitHub, newUserToken } from "../testing/test-github-user.js";
import { createTestProject } from "../testing/test-project.js";
import type { TestStandIn } from "../testing/test-stand-in.js";
import { type Loot, stealSecret, Thief } from "./test-thief.js";

const OWNER = "octo-alice";
const REPOSITORY = "keepstreak-pulse";

let test: TestApp;
let github: TestStandIn;
let alice: TestClient;
let loot: Loot;
let before: Awaited<ReturnType<typeof snapshot>>;
beforeAll(async () => {
  test = await startTestApp({ standIn: true });
  if (!test.standIn) throw new Error("no GitHub");
  github = test.standIn;
  alice = await test.signUp("Alice");
  // What else lies at the user's account, and what a thief would like to have.
  await asUser("POST", "/user/repos", { name: "private-notes", private: true, auto_init: true });
  const { workerId } = await provisioned();
  await asUser("PUT", `/repos/${OWNER}/${REPOSITORY}/contents/.github/workflows/deploy.yml`, {
    message: "mine",
    content: Buffer.from(
      "on: workflow_dispatch\njobs: { x: { runs-on: ubuntu-latest, steps: [{ run: echo }] } }\n",
    ).toString("base64"),
  });
  await lowerDailyCap(3);
  await branchOff("release");
  loot = await steal(workerId);
  before = await snapshot();
});
afterAll(() => test.close());

it("its user sees, by the command on the proof's page, that the worker is the released one", async () => {
  const [proof, security] = await Promise.all([
    alice.get<{ checks: { id: string; command: string }[] }>("/api/v1/proof"),
    alice.get<{ workerRelease: { sha256: string } }>("/api/v1/security"),
  ]);
  const command = proof.body.checks.find(({ id }) => id === "worker_file")?.command ?? "";
  expect(command).toContain("$(gh auth token)");
  const bin = await mkdtemp(path.join(tmpdir(), "pulsekeep-gh-"));
  try {
    // GitHub's own program, as far as the command asks it.
    await writeFile(path.join(bin, "gh"), `#!/bin/sh\necho ${newUserToken(github, OWNER)}\n`, {
      mode: 0o700,
    });
    const env = { ...process.env, PATH: `${bin}:${process.env.PATH ?? ""}` };
    const { stdout } = await promisify(execFile)("sh", ["-c", command], { env });
    expect(stdout).toBe(`${security.body.workerRelease.sha256}\n`);
  } finally {
    await rm(bin, { recursive: true });
  }
});

describe("with copies of database, environment and code", () => {
  it("nobody gets into the live server as somebody else", async () => {
    const project = await createTestProject(alice);
    const dump = await test.sql<{ token: string }>("select token from sessions");
    const hashes = await test.sql<{ hash: string }>(
      "select encode(key_hash, 'hex') as hash from project_api_keys",
    );
    for (const { token } of dump)
      for (const value of [token, `${token}.${"A".repeat(43)}=`])
        expect(
          (
            await test
              .newClient()
              .get("/api/v1/me", { cookie: `pulsekeep.session_token=${encodeURIComponent(value)}` })
          ).status,
        ).toBe(401);
    for (const { hash } of hashes)
      expect((await project.trigger({ env: "prod" }, { "x-api-key": hash })).status).toBe(401);
    // As the worker itself: the root secret proves it, but not that it runs where it was set up.
    const body = JSON.stringify({ workerVersion: "0.1.0", runner: { kind: "actions" } });
    const { client_id: clientId } = loot.worker;
    const now = new Date();
    const proof = signProof({
      keys: deriveWorkerKeys({ handshakeSecret: stealSecret(loot), clientId, epoch: epochAt(now) }),
      clientId,
      now,
      jti: randomUUID(),
      sessionId: undefined,
      request: { server: test.url, method: "POST", url: `${test.url}/v1/worker/hello`, body },
    });
    const answer = await fetch(`${test.url}/v1/worker/hello`, {
      method: "POST",
      body,
      headers: { "content-type": "application/json", [PROOF_HEADER]: proof },
    });
    expect([401, 422]).toContain(answer.status);
    expect(
      await test.sql("select 1 from worker_sessions where worker_id = $1 and github_run_id is null", [
        loot.worker.id,
      ]),
    ).toEqual([]);
  });

  it("nobody finds a credential of GitHub's in them [ZT-01]", async () => {
    const issued = github.context.store.tokens.listIssued().map(({ tokenPlain }) => tokenPlain);
    expect(issued.length).toBeGreaterThan(1);
    const found = await findSecrets(issued, {
      databaseUrl: test.database.superuserUrl,
      redisUrl: test.redis?.url ?? "",
      texts: { environment: [JSON.stringify(test.source)], logs: test.logs },
    });
    expect(found).toEqual([]);
  });
});

describe("in the server's place, with its keys", () => {
  let thief: Thief;
  /** What the thief may hope for at most: text in the data folder. */
  const BOUNDED = [
    "a line in the journal",
    "text that looks like commands",
    "what a signal says of itself",
    "a replayed signal's first",
    "another branch of the same repository",
  ];

  beforeAll(async () => {
    await test.stop();
    thief = new Thief(loot);
    await thief.takeOver({ port: test.env.PORT, host: test.env.HOST });
    const foreign = generateKeyPairSync("ed25519");
    thief.hello = {
      release: {
        version: "99.0.0",
        sha256: "a".repeat(64),
        size: 1,
        url: `${test.url}/v1/worker/releases/99.0.0`,
      },
      checkpoint: "evil.example/log\n1\nAAAA\n\n— evil.example AAAA\n",
      allow: { kinds: ["verify", "commit", "dispatch", "rollback", "update"], repositories: ["*/*"] },
    };
    forgeAll(thief, (text) => sign(null, Buffer.from(text), foreign.privateKey).toString("base64url"));
    await asUser("POST", `/repos/${OWNER}/${REPOSITORY}/actions/workflows/pulse.yml/dispatches`, {
      ref: "main",
    });
    await eventually(() => thief.outcomes.size >= thief.sent && isIdle(), {
      timeoutMs: 60_000,
      what: "a report on every signal",
    });
  });
  afterAll(() => thief.close());

  it("the worker does nothing but what its allow.json allows", () => {
    const done = [...thief.outcomes].filter(([, outcome]) => /^(succeeded|already_done)/.test(outcome));
    expect(done.map(([name]) => name).sort()).toEqual(BOUNDED.toSorted());
    for (const [name, outcome] of thief.outcomes)
      if (!BOUNDED.includes(name)) expect(`${name}: ${outcome}`).toMatch(/: (refused|failed) \w+$/);
    expect(thief.outcomes.size).toBe(thief.sent);
    expect(thief.outcomes.get("beyond the day's cap")).toBe("refused daily_cap_reached");
  });

  it("no other repository, tag or file was touched, and no workflow started", async () => {
    const after = await snapshot();
    const own = `${OWNER}/${REPOSITORY}`;
    const changed = Object.keys(after.refs).filter((ref) => after.refs[ref] !== before.refs[ref]);
    expect(changed.toSorted()).toEqual([`${own} refs/heads/main`, `${own} refs/heads/release`]);
    expect(Object.keys(before.refs).filter((ref) => !(ref in after.refs))).toEqual([]);
    const files = Object.keys({ ...before.files, ...after.files });
    for (const file of files.filter((name) => before.files[name] !== after.files[name]))
      expect(file).toMatch(/^(main|release) pulse\/[a-z-]+\.(md|txt)$/);
    // The one that the user's own schedule stands for here.
    expect(after.runs.length - before.runs.length).toBe(1);
    expect(after.secrets).toEqual(before.secrets);
    expect(after.workflows).toEqual(before.workflows);
  });

  it("nothing that the worker said holds its token, its secrets or what its repository keeps", async () => {
    const issued = github.context.store.tokens.listIssued().map(({ tokenPlain }) => tokenPlain);
    const said = thief.heard.map(({ headers, body, path }) => JSON.stringify({ headers, body, path }));
    expect(said.length).toBeGreaterThan(ATTACKS.length);
    const secrets = [...issued, stealSecret(loot).toString("base64url")];
    expect(await findSecrets(secrets, { texts: { said } })).toEqual([]);
  });
});

const commit = (more: Record<string, unknown> = {}) => ({
  owner: OWNER,
  repo: REPOSITORY,
  branch: "main",
  path: "pulse/journal.md",
  mode: "append",
  content: "- a line",
  message: "Keep the journal",
  author: { name: "Alice", email: "1+octo-alice@users.noreply.github.com" },
  authoredAt: new Date().toISOString(),
  timeZone: "Europe/Paris",
  ...more,
});
const inPath = (path: string): [string, string, Record<string, unknown>] => [
  `the file ${JSON.stringify(path)}`,
  "commit",
  commit({ path }),
];

const ATTACKS: [name: string, kind: string, params: Record<string, unknown>][] = [
  ["a line in the journal", "commit", commit()],
  [
    "text that looks like commands",
    "commit",
    commit({
      path: "pulse/notes.txt",
      content: "${{ secrets.HANDSHAKE_SECRET }} $(env) `id`\n::set-env name=X::1",
    }),
  ],
  ["what a signal says of itself", "verify", {}],
  ["another repository of the same user", "commit", commit({ repo: "private-notes" })],
  ["somebody else's repository", "commit", commit({ owner: "octo-bob", repo: "anything" })],
  ["a repository by a path", "commit", commit({ repo: "../private-notes" })],
  ["another branch of the same repository", "commit", commit({ branch: "release" })],
  ["a branch that there is not", "commit", commit({ branch: "made-up" })],
  ["a tag instead of a branch", "commit", commit({ branch: "../tags/v1" })],
  ...[
    ".github/workflows/pulse.yml",
    ".github/workflows/new.yml",
    "worker.mjs",
    "allow.json",
    "README.md",
    "pulse/../allow.json",
    "/pulse/x.md",
    "pulse/run.sh",
    "pulse/x.yml",
    "pulse/.github/workflows/x.yml",
    "pulse/%2e%2e/allow.json",
    "pulse\\..\\allow.json",
    "PULSE/x.md",
    "pulse/x.md\n",
    "pulse/x.md\u0000.mjs",
    "pulse//x.md",
    "pulse/package.json/../../worker.mjs",
  ].map(inPath),
  ["a bigger bound brought along", "commit", commit({ path: "src/x.md", allow: { dataFolder: "src" } })],
  ["a forced push", "commit", commit({ force: true })],
  ["another run's trailer", "commit", commit({ message: `x\n\nPulse-Run: ${randomUUID()}` })],
  ["a commit of years ago", "commit", commit({ authoredAt: "2019-01-01T00:00:00.000Z" })],
  ["a workflow's start", "dispatch", { owner: OWNER, repo: REPOSITORY, workflow: "deploy.yml", inputs: {} }],
  [
    "the worker's own start",
    "dispatch",
    { owner: OWNER, repo: REPOSITORY, workflow: "pulse.yml", inputs: {} },
  ],
  ["a start elsewhere", "dispatch", { owner: OWNER, repo: "private-notes", workflow: "x.yml", inputs: {} }],
  [
    "a rollback",
    "rollback",
    {
      owner: OWNER,
      repo: REPOSITORY,
      workflow: "deploy.yml",
      environment: "prod",
      deploymentId: "d1",
      expectedSha: "a".repeat(40),
    },
  ],
  ["another workflow kept alive", "keepalive", { owner: OWNER, repo: REPOSITORY, workflows: ["deploy.yml"] }],
  ["an unknown kind", "exec", { command: "env" }],
  ["a kind out of the prototype", "constructor", {}],
];

/** Everything that the thief can write with keys that are right. */
function forgeAll(thief: Thief, signed: (text: string) => string): void {
  for (const [name, kind, params] of ATTACKS) thief.forge({ name, kind, params });
  const manifest = (version: string) => {
    const text = JSON.stringify({
      version,
      sha256: "a".repeat(64),
      length: 10,
      expiresAt: "2099-01-01T00:00:00.000Z",
    });
    return { manifest: { text, signatures: [signed(text)] }, roots: [] };
  };
  const odd = [
    { name: "a release signed by the thief", kind: "update", params: manifest("99.0.0") },
    { name: "an older release", kind: "update", params: manifest("0.0.1") },
  ];
  for (const it of odd) thief.forge(it);
  const first = thief.signal("commit", commit({ path: "pulse/replayed.md" }));
  const sealed = thief.seal(first);
  thief.send("a replayed signal's first", first.runId, sealed);
  thief.send("the same signal for another run", randomUUID(), sealed);
  thief.forge({ name: "beyond the day's cap", kind: "commit", params: commit() });
  const now = Date.now();
  const changes: [string, object][] = [
    ["an expired signal", { notBefore: new Date(now - 1_200_000), expiresAt: new Date(now - 600_000) }],
    ["a signal for a year", { expiresAt: new Date(now + 365 * 86_400_000) }],
    [
      "a signal of tomorrow",
      { notBefore: new Date(now + 86_400_000), expiresAt: new Date(now + 86_400_600) },
    ],
    ["another worker's signal", { workerId: "kw_somebody-else-entirely" }],
    ["an older place in the order", { seq: 1 }],
    ["a run id that is none", { runId: "../../x" }],
  ];
  for (const [name, change] of changes)
    thief.forge({ name, kind: "commit", params: commit({ path: "pulse/odd.md" }), change });
}

/** What only the user can do: the bounds are in their repository, not on the server. */
async function lowerDailyCap(commits: number): Promise<void> {
  const repository = github.context.store.repositories.find(OWNER, REPOSITORY);
  if (!repository) throw new Error("no repository");
  const git = github.context.git.open(repository);
  const entry = await git.findEntry("main", "allow.json");
  if (!entry) throw new Error("no allow.json");
  const allow = JSON.parse((await git.readObject(entry.sha, "blob")).toString()) as object;
  await asUser("PUT", `/repos/${OWNER}/${REPOSITORY}/contents/allow.json`, {
    message: "fewer",
    sha: entry.sha,
    content: Buffer.from(JSON.stringify({ ...allow, dailyCaps: { commit: commits } })).toString("base64"),
  });
}

async function branchOff(name: string): Promise<void> {
  const repository = github.context.store.repositories.find(OWNER, REPOSITORY);
  const sha = repository && (await github.context.git.open(repository).findBranchHead("main"));
  await asUser("POST", `/repos/${OWNER}/${REPOSITORY}/git/refs`, { ref: `refs/heads/${name}`, sha });
}

async function provisioned(): Promise<Provisioning> {
  const { body } = await alice.post<ProvisioningStarted>("/api/v1/provisionings", {});
  await alice.fetch("GET", await answerConsent(body.authorizeUrl, { login: OWNER }));
  return eventually(
    async () => {
      const row = (await alice.get<Provisioning>(`/api/v1/provisionings/${body.id}`)).body;
      if (row.state === "failed") throw new Error(JSON.stringify(row.steps));
      return row.state === "done" && row;
    },
    { timeoutMs: 40_000 },
  );
}

async function steal(workerId: string): Promise<Loot> {
  const [worker] = await test.sql<Loot["worker"]>("select * from workers where id = $1", [workerId]);
  const [dataKey] = await test.sql<Loot["dataKey"]>("select * from data_keys where workspace_id = $1", [
    worker?.workspace_id,
  ]);
  if (!worker || !dataKey) throw new Error("nothing to steal");
  return {
    worker,
    dataKey,
    keyring: JSON.parse((test.source as Record<string, string>).PULSEKEEP_KEYRING ?? "") as Loot["keyring"],
  };
}

const isIdle = () => github.context.store.runs.listOpen().length === 0;

/** What there is at GitHub: every ref of every repository, every file of the worker's, every run of a workflow. */
async function snapshot() {
  const refs: Record<string, string> = {};
  const files: Record<string, string> = {};
  const runs: number[] = [];
  const secrets: unknown[] = [];
  const workflows: string[] = [];
  for (const repository of github.context.store.repositories.listAll()) {
    const git = github.context.git.open(repository);
    const name = `${repository.owner}/${repository.name}`;
    for (const ref of await git.listRefs("refs/")) refs[`${name} ${ref.name}`] = ref.sha;
    runs.push(
      ...github.context.store.runs.listListed(repository.id, Number.MAX_SAFE_INTEGER).map(({ id }) => id),
    );
    secrets.push([name, github.context.store.secrets.listAll(repository.id)]);
    if (repository.name !== REPOSITORY) continue;
    for (const branch of ["main", "release"])
      for (const entry of await git.listEntries(branch, { recursive: true }))
        if (entry.type === "blob") files[`${branch} ${entry.path}`] = entry.sha;
    for (const file of ["pulse.yml", "deploy.yml"])
      workflows.push(
        `${file} ${github.context.store.workflows.ensure(repository.id, `.github/workflows/${file}`).state}`,
      );
  }
  return { refs, files, runs, secrets, workflows };
}

async function asUser(method: string, address: string, body: object): Promise<void> {
  await callGitHub(github, { tokenPlain: newUserToken(github, OWNER), method, address, body });
}
