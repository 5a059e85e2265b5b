import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type {
  CreatedProofLink,
  Proof,
  ProofCheck,
  Security,
  SharedProof,
} from "@pulsekeep/contracts/api/proof";
import { schema } from "@pulsekeep/database";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Clock } from "../../platform/clock.js";
import { Databases } from "../../platform/database.js";
import { RetentionJobs } from "../../platform/retention.jobs.js";
import { startTestApp, type TestApp } from "../../testing/test-app.js";
import type { TestClient } from "../../testing/test-client.js";
import { enrolTestWorker, type TestWorker } from "../../testing/test-worker.js";
import { AuditService } from "../audit/audit.service.js";
import { LogHealthQueries } from "../audit/log-health.queries.js";
import { SequencerJobs } from "../audit/sequencer.jobs.js";
import { sealLog } from "../audit/test-audit-log.js";

let test: TestApp;
let alice: TestClient;
let bob: TestClient;
let worker: TestWorker;
let folder: string;
beforeAll(async () => {
  test = await startTestApp({ roles: ["http"], standIn: false });
  [alice, bob] = [await test.signUp("Alice"), await test.signUp("Bob")];
  worker = await enrolTestWorker(test, alice);
  await worker.hello();
  await recordConsent("consent.granted");
  await recordConsent("consent.token_revoked");
  await sealLog(test);
  folder = await mkdtemp(path.join(tmpdir(), "pulsekeep-proof-"));
});
afterAll(async () => {
  await test.close();
  await rm(folder, { recursive: true });
});

const recordConsent = (action: "consent.granted" | "consent.token_revoked") =>
  test.get(Databases).inTenant(worker, (tx) =>
    test.get(AuditService).record(tx, {
      workspaceId: worker.workspaceId,
      action,
      actor: { kind: "user", id: null },
      subject: { kind: "provisioning", id: "01890000-0000-7000-8000-000000000001" },
      facts: { host: "github.com", 'naïve "quoted"': 1 },
    }),
  );

const getProof = async (client: TestClient) => (await client.get<Proof>("/api/v1/proof")).body;
const newLink = async (client: TestClient, days = 7) =>
  client.post<CreatedProofLink>("/api/v1/proof/links", { days });
const openLink = (url: string) => fetch(`${test.url}/api/v1/proof/shared/${url.split("/").at(-1)}`);

function commandOf(checks: readonly ProofCheck[], id: ProofCheck["id"]): ProofCheck {
  const check = checks.find((entry) => entry.id === id);
  if (!check) throw new Error(`No check ${id}`);
  return check;
}

/** As somebody pastes it: into a shell, in a folder of their own. */
function paste(command: string, env: Record<string, string> = {}): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const options = { cwd: folder, env: { ...process.env, ...env } };
    const child = execFile("sh", ["-c", command], options, (_, stdout, stderr) =>
      resolve({ code: child.exitCode ?? 1, output: `${stdout}${stderr}` }),
    );
  });
}

describe("a user's proof of security", () => {
  it("shows handshakes with their claims, the end of each token that was lent, and the log's checkpoint", async () => {
    const runner = {
      repositoryId: "4711",
      repositoryOwnerId: "42",
      workflowRef: "octo-alice/keepstreak-pulse/.github/workflows/pulse.yml@refs/heads/main",
      workflowSha: "b".repeat(40),
      runId: "9",
      runAttempt: "1",
      eventName: "schedule",
      issuedAt: new Date().toISOString(),
    };
    await test.get(Databases).inTenant(worker, (tx) => tx.update(schema.workerSessions).set({ runner }));
    const proof = await getProof(alice);
    expect(proof.workers).toMatchObject([
      { repositoryId: 4_711, repository: "octo-alice/keepstreak-pulse", handshakes: [{ runner }] },
    ]);
    expect(proof.consents).toEqual({ granted: 1, unproven: 0 });
    expect(proof.revocations).toMatchObject([
      { entry: { action: "consent.token_revoked" }, proof: { state: "included" } },
    ]);
    expect(proof.checkpoint?.note).toContain("/audit\n");
    expect(proof.rows.tables).toContainEqual({ name: "workers", count: 1 });
  });

  it("says so where the audit does not have the end of a token", async () => {
    const carol = await test.signUp("Carol");
    const me = await carol.get<{ workspace: { id: string } }>("/api/v1/me");
    const tenant = { workspaceId: me.body.workspace.id };
    await test.get(Databases).inTenant(tenant, (tx) =>
      test.get(AuditService).record(tx, {
        ...tenant,
        action: "consent.granted",
        actor: { kind: "system", id: null },
        subject: { kind: "provisioning", id: "01890000-0000-7000-8000-000000000002" },
      }),
    );
    expect((await getProof(carol)).consents).toEqual({ granted: 1, unproven: 1 });
  });

  it("has nothing of anybody else", async () => {
    const proof = await getProof(bob);
    expect(proof).toMatchObject({ workers: [], revocations: [] });
    expect(proof.rows.tables.find(({ name }) => name === "worker_sessions")?.count).toBe(0);
    expect((await fetch(`${test.url}/api/v1/proof`)).status).toBe(401);
  });
});

describe("a link to a proof", () => {
  it("shows whoever has it the proof, without a name or an address of anybody", async () => {
    const { status, body: link } = await newLink(alice);
    expect(status).toBe(201);
    expect(link.url).toMatch(/\/proof\/[A-Za-z0-9_-]{43}$/);
    const answer = await openLink(link.url);
    expect(answer.headers.get("x-robots-tag")).toBe("noindex, nofollow");
    expect(answer.headers.get("cache-control")).toBe("no-store");
    const shared = (await answer.json()) as SharedProof;
    expect(shared).toMatchObject({ consents: { granted: 1 }, workers: [{ repositoryId: 4_711 }] });
    const told = JSON.stringify(shared);
    for (const name of ["octo-alice", "Alice", "alice@", "keepstreak-pulse", worker.clientId, "noreply"])
      expect(told).not.toContain(name);
  });

  it("is kept as a hash only", async () => {
    const { body: link } = await newLink(alice);
    const token = link.url.split("/").at(-1) ?? "";
    const rows = await test.sql("select encode(token_hash, 'hex') as hash from proof_links where id = $1", [
      link.id,
    ]);
    expect(rows).toEqual([{ hash: createHash("sha256").update(token).digest("hex") }]);
    expect(test.logs.join("")).not.toContain(token);
  });

  it("leads nowhere once it is revoked, and nobody else can revoke it", async () => {
    const { body: link } = await newLink(alice);
    expect((await bob.del(`/api/v1/proof/links/${link.id}`)).status).toBe(404);
    expect((await openLink(link.url)).status).toBe(200);
    expect((await alice.del(`/api/v1/proof/links/${link.id}`)).status).toBe(204);
    expect((await openLink(link.url)).status).toBe(404);
    expect((await alice.del(`/api/v1/proof/links/${link.id}`)).status).toBe(404);
    const actions = await alice.get<{ rows: { action: string }[] }>("/api/v1/audit?limit=2");
    expect(actions.body.rows.map(({ action }) => action)).toEqual([
      "proof_link.revoked",
      "proof_link.created",
    ]);
  });

  it("leads nowhere once its time is over, and goes", async () => {
    const { body: link } = await newLink(alice);
    await test.sql("update proof_links set expires_at = now() - interval '1 second' where id = $1", [
      link.id,
    ]);
    expect((await openLink(link.url)).status).toBe(404);
    await test.get(RetentionJobs).tidyOnce();
    expect(await test.sql("select from proof_links where id = $1", [link.id])).toEqual([]);
  });

  it("that was guessed is answered as one that never was", async () => {
    for (const token of ["x", "a".repeat(43), "' or 1=1 --"]) {
      const answer = await openLink(`/${encodeURIComponent(token)}`);
      expect([404, 422]).toContain(answer.status);
    }
  });

  it("is one of ten at most, however many are asked for at once", async () => {
    const answers = await Promise.all(Array.from({ length: 14 }, () => newLink(bob)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(10);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(4);
  });
});

describe("the commands for checking oneself", () => {
  it("check the log, and find it unchanged the next time", async () => {
    const { checks } = (await (await fetch(`${test.url}/api/v1/security`)).json()) as Security;
    const { command } = commandOf(checks, "log");
    const first = await paste(command);
    expect(first).toMatchObject({ code: 0, output: expect.stringContaining("first visit") });
    await recordConsent("consent.granted");
    await sealLog(test);
    const second = await paste(command);
    expect(second).toMatchObject({ code: 0, output: expect.stringMatching(/continues: .*\nok/) });
  });

  it("find out a log that was written anew", async () => {
    const { checks } = (await (await fetch(`${test.url}/api/v1/security`)).json()) as Security;
    const kept = path.join(folder, "pulsekeep-log.json");
    const before = await readFile(kept, "utf8");
    const logs = JSON.parse(before) as Record<string, { note: string; keys: string[] }>;
    for (const log of Object.values(logs)) {
      // Another past of the same length, which nobody signed.
      log.note = log.note.replace(
        /^(.*\n\d+\n)./,
        (_, head: string) => `${head}${log.note.includes("\nA") ? "B" : "A"}`,
      );
    }
    await writeFile(kept, JSON.stringify(logs));
    expect(await paste(commandOf(checks, "log").command)).toMatchObject({
      code: 1,
      output: expect.stringContaining("FAILED: a signature is forged"),
    });
    await writeFile(kept, before);
  });

  it("check every entry of a shared proof, and do not believe a changed one", async () => {
    const { body: link } = await newLink(alice);
    const shared = (await (await openLink(link.url)).json()) as SharedProof;
    const { command } = commandOf(shared.checks, "shared");
    const fine = await paste(command);
    expect(fine).toMatchObject({
      code: 0,
      output: expect.stringMatching(/in the log as number \d+: consent.token_revoked/),
    });
    const forged = `import { readFileSync } from "node:fs";
      const real = fetch;
      globalThis.fetch = async (url) => {
        const answer = await real(url);
        if (!String(url).includes("/shared/")) return answer;
        const proof = await answer.json();
        proof.revocations[0].entry.recordedAt = "2020-01-01T00:00:00.000Z";
        return Response.json(proof);
      };`;
    await writeFile(path.join(folder, "forge.mjs"), forged);
    const caught = await paste(command, { NODE_OPTIONS: `--import ${path.join(folder, "forge.mjs")}` });
    expect(caught).toMatchObject({ code: 1, output: expect.stringContaining("NOT in the log") });
  });

  it("see a request without a proof refused", async () => {
    const { checks } = (await (await fetch(`${test.url}/api/v1/security`)).json()) as Security;
    const { command, shows } = commandOf(checks, "proof_refused");
    expect(await paste(command)).toEqual({ code: 0, output: `${shows}\n` });
  });
});

describe("a worker that keeps checkpoints", () => {
  const setExport = (client: TestClient, enabled: boolean) =>
    client.call("PUT", `/api/v1/workers/${worker.id}/checkpoint-export`, { body: { enabled } });
  /** What it is asked to commit when it checks in: one after another, as its branch is one lane. */
  const checkIn = async () => {
    await worker.hello();
    const done: Awaited<ReturnType<TestWorker["claim"]>> = [];
    for (let runs = await worker.claim(); runs.length > 0; runs = await worker.claim())
      for (const run of runs) {
        expect((await worker.report(run)).body).toMatchObject({ state: "succeeded" });
        done.push(run);
      }
    return done.map(({ opened }) => opened);
  };
  const aDayAgo = () =>
    test.sql(
      "update workers set checkpoint_exported_at = checkpoint_exported_at - interval '24 hours' where id = $1",
      [worker.id],
    );

  it("is asked to commit the newest when it checks in, once a day, while its user wants it", async () => {
    expect(await checkIn()).toEqual([]);
    expect((await setExport(bob, true)).status).toBe(404);
    expect((await setExport(alice, true)).status).toBe(204);
    const { checkpoint } = await getProof(alice);
    const [note, ...files] = await checkIn();
    expect([note]).toMatchObject([
      {
        kind: "commit",
        params: {
          owner: "octo-alice",
          repo: "keepstreak-pulse",
          path: "pulse/audit-checkpoint.txt",
          content: checkpoint?.note,
          author: { name: "PulseKeep" },
        },
      },
    ]);
    // And what is recorded about her, with its proofs; the next day only what came since.
    expect(files.length).toBeGreaterThan(0);
    for (const { params } of files)
      expect(params).toMatchObject({ path: expect.stringMatching(/^pulse\/audit\/\d{9}\.json$/) });
    expect(await checkIn()).toEqual([]);
    await aDayAgo();
    expect(await checkIn()).toHaveLength(1);
    expect((await getProof(alice)).workers[0]).toMatchObject({ exportsCheckpoints: true });
    expect((await setExport(alice, false)).status).toBe(204);
    expect(await checkIn()).toEqual([]);
  });

  it("is asked once, however many of its handshakes come together", async () => {
    await setExport(alice, true);
    await Promise.all(Array.from({ length: 6 }, () => worker.hello()));
    const asked = await checkIn();
    expect(asked.filter(({ params }) => params?.["path"] === "pulse/audit-checkpoint.txt")).toHaveLength(1);
    expect(new Set(asked.map(({ params }) => params?.["path"])).size).toBe(asked.length);
    expect(await checkIn()).toEqual([]);
  });
});

describe("the lag of the log", () => {
  it("is told to whoever watches the server, and is none once all is placed and signed", async () => {
    await sealLog(test);
    await recordConsent("consent.granted");
    const lag = await test.get(LogHealthQueries).getLag();
    expect(lag).toMatchObject({ unsequenced: 1, hasGrownSince: false });
    expect(lag.oldestMs).toBeGreaterThan(0);
    while ((await test.get(SequencerJobs).sequenceOnce()) > 0);
    expect(await test.get(LogHealthQueries).getLag()).toMatchObject({ unsequenced: 0, hasGrownSince: true });
    const metrics = await (await fetch(`${test.url}/metrics`)).text();
    expect(metrics).toMatch(/^pulsekeep_audit_unsequenced_entries 0$/m);
    expect(metrics).toMatch(/^pulsekeep_audit_unsigned_seconds (?!0$)[\d.]+$/m);
    await sealLog(test);
    expect(await test.get(LogHealthQueries).getLag()).toMatchObject({ oldestMs: null, hasGrownSince: false });
  });
});

describe("the record of handshakes", () => {
  it("goes after seven days, and not before", async () => {
    const now = test.get(Clock).now();
    const id = "01890000-0000-7000-8000-0000000000";
    const insert = (nth: string, daysAgo: number) =>
      test.sql(
        "insert into worker_sessions (id, workspace_id, worker_id, expires_at) values ($1, $2, $3, $4)",
        [id + nth, worker.workspaceId, worker.id, new Date(now.getTime() - daysAgo * 86_400_000)],
      );
    await insert("a1", 6.9);
    await insert("a2", 7.1);
    await test.get(RetentionJobs).tidyOnce();
    const left = await test.sql("select id from worker_sessions where id::text like $1", [`${id}a%`]);
    expect(left).toEqual([{ id: `${id}a1` }]);
  });
});
