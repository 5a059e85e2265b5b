import type { DeadLetter, System } from "@pulsekeep/contracts/api/admin";
import type { AuditEntry } from "@pulsekeep/contracts/api/identity";
import type { Page } from "@pulsekeep/contracts/api/shared";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TRANSPORT, type Transport } from "../../platform/transport.js";
import type { TestApp } from "../../testing/test-app.js";
import type { TestClient } from "../../testing/test-client.js";
import { eventually } from "../../testing/test-eventually.js";
import { createPulse, runNow } from "../../testing/test-pulse.js";
import { createRedisForTest } from "../../testing/test-redis-client.js";
import { enrolTestWorker } from "../../testing/test-worker.js";
import { signUpAdmin, startTestAppWithAdmin } from "./test-admin.js";

const system = async (admin: TestClient): Promise<System> => {
  const answer = await admin.get<System>("/api/v1/admin/system");
  if (answer.status !== 200) throw new Error(`Answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  return answer.body;
};

describe("the admin role", () => {
  let test: TestApp;
  beforeAll(async () => {
    test = await startTestAppWithAdmin({ roles: ["http"] });
  });
  afterAll(() => test.close());

  it("is for an address that the installation names, once it is verified", async () => {
    const olga = await test.signUp("Olga");
    expect((await olga.get("/api/v1/admin/system")).status).toBe(404);
    expect((await olga.get("/api/v1/me")).body).toMatchObject({ user: { role: "user" } });
    await test.sql("update users set email_verified = true where email = $1", [olga.email]);
    expect((await olga.get("/api/v1/admin/system")).status).toBe(200);
    expect((await olga.get("/api/v1/me")).body).toMatchObject({ user: { role: "admin" } });
  });

  it("cannot be had by a row of the database", async () => {
    const bob = await test.signUp("Bob");
    await test.sql("update users set email_verified = true, role = 'admin' where email = $1", [bob.email]);
    expect((await bob.get("/api/v1/admin/system")).status).toBe(404);
  });

  it.each([
    ["GET", "/api/v1/admin/system"],
    ["GET", "/api/v1/admin/dead-letters/runs.queued"],
    ["POST", "/api/v1/admin/dead-letters/runs.queued/MC8xLTA/replay"],
  ])("is needed for %s %s, which others do not learn about", async (method, path) => {
    const mallory = await test.signUp(`Mallory${method}${path.length}`);
    const sent = method === "POST" ? { body: {} } : {};
    expect(await mallory.call(method, path, sent)).toMatchObject({
      status: 404,
      body: { code: "not_found" },
    });
    expect((await test.newClient().call(method, path, sent)).status).toBe(401);
  });
});

describe.each(["redis", "postgres"] as const)("the system over %s", (transport) => {
  let test: TestApp;
  let olga: TestClient;
  beforeAll(async () => {
    test = await startTestAppWithAdmin({ transport, standIn: { runner: false } });
    olga = await signUpAdmin(test);
  });
  afterAll(() => test.close());

  it("is well when nothing is wrong, and names every role, loop and stream", async () => {
    const body = await eventually(async () => {
      const seen = await system(olga);
      return seen.processes[0]?.loops.length ? seen : undefined;
    });
    expect(body).toMatchObject({
      warnings: [],
      deadLetters: [],
      transport: { kind: transport, reachable: true },
    });
    expect(body.streams.map(({ stream }) => stream).sort()).toEqual(["deployments.evaluate", "runs.queued"]);
    expect(body.roles).toEqual(
      expect.arrayContaining(["scheduler", "dispatcher"].map((role) => ({ role, processes: 1 }))),
    );
    expect(body.processes).toMatchObject([{ alive: true, version: "0.1.0" }]);
    const loops = body.processes[0]?.loops ?? [];
    expect(loops).toEqual(
      expect.arrayContaining([
        { name: "planner", role: "scheduler", idleMs: expect.any(Number), failure: null },
        { name: "stream:runs.queued", role: "dispatcher", idleMs: expect.any(Number), failure: null },
      ]),
    );
    expect(body.database.sizeBytes).toBeGreaterThan(1_000_000);
    expect(body.database.connections).toBeGreaterThan(1);
    if (transport === "postgres") expect(body.redis).toBeNull();
    else expect(body.redis).toMatchObject([{ maxMemoryPolicy: "noeviction", persistence: "none" }]);
  });

  it("counts runs and their lateness, and shows nothing of their owner", async () => {
    const alice = await test.signUp("Alicia");
    const worker = await enrolTestWorker(test, alice);
    const pulse = await createPulse(alice, worker, { name: "Zebra diary" });
    const [done, missed] = [await runNow(alice, pulse), await runNow(alice, pulse)];
    const seen = await eventually(async () => {
      const body = await system(olga);
      return body.runs.open.offered === 1 && body.lateness.count === 1 ? body : undefined;
    });
    expect(seen.runs.open).toEqual({ offered: 1, queued: 1 });
    expect(seen.lateness.buckets.reduce((sum, { count }) => sum + count, 0)).toBe(1);
    expect(seen.lateness.maxMs).toBeLessThan(10_000);

    const end =
      "update runs set state = $2, ended_at = now() - $3::interval, next_action_at = null where id = $1";
    await test.sql(end, [done.id, "failed", "25 hours"]);
    await test.sql(end, [missed.id, "missed", "23 hours"]);
    const body = await system(olga);
    expect(body.runs).toEqual({ open: {}, endedLastDay: { missed: 1 } });

    const text = JSON.stringify(body);
    const me = (await alice.get<{ user: { id: string } }>("/api/v1/me")).body;
    for (const theirs of [
      "Zebra",
      "Alicia",
      "octo",
      worker.workspaceId,
      worker.id,
      pulse.id,
      done.id,
      me.user.id,
    ])
      expect(text).not.toContain(theirs);
  });

  it("puts lateness into the bucket where it belongs", async () => {
    const alice = await test.signUp("Alma");
    const pulse = await createPulse(alice, await enrolTestWorker(test, alice));
    const before = (await system(olga)).lateness;
    const run = await runNow(alice, pulse);
    await eventually(async () => (await system(olga)).lateness.count === before.count + 1);
    await test.sql("update runs set offered_at = planned_at + interval '45 seconds' where id = $1", [run.id]);
    const after = (await system(olga)).lateness;
    const of = (lateness: System["lateness"]) =>
      lateness.buckets.find(({ belowMs }) => belowMs === 60_000)?.count;
    expect(of(after)).toBe((of(before) ?? 0) + 1);
    expect(after.maxMs).toBe(45_000);
  });
});

describe.each(["redis", "postgres"] as const)("a dead letter in %s", (transport) => {
  let test: TestApp;
  let olga: TestClient;
  let streams: Transport;
  beforeAll(async () => {
    // Nobody else consumes: what is put into a stream stays there.
    test = await startTestAppWithAdmin({ transport, roles: ["http"] });
    olga = await signUpAdmin(test);
    streams = test.app.get<Transport>(TRANSPORT, { strict: false });
  });
  afterAll(() => test.close());

  const bury = async (key: string, reason = "handed out too often"): Promise<void> => {
    await streams.append("runs.queued", [{ key, body: { laneId: key } }]);
    const [entry] = await streams.consume("runs.queued", { consumer: "test", max: 1, blockMs: 5_000 });
    if (!entry) throw new Error("Nothing was handed out");
    await streams.deadLetter(entry, reason);
  };
  const list = async (query = ""): Promise<Page<DeadLetter>> =>
    (await olga.get<Page<DeadLetter>>(`/api/v1/admin/dead-letters/runs.queued${query}`)).body;
  const replay = (letter: { id: string }, stream = "runs.queued") =>
    olga.post(`/api/v1/admin/dead-letters/${stream}/${letter.id}/replay`);
  const replayEntries = async (): Promise<AuditEntry[]> =>
    (await olga.get<Page<AuditEntry>>("/api/v1/audit?limit=100")).body.rows.filter(
      ({ action }) => action === "dead_letter.replay_requested",
    );

  it("is counted, warned of and shown, by ids and reason", async () => {
    await bury("lane-1", `x${"y".repeat(300)}`);
    await bury("lane-2", "said gho_1234567890abcdefghijklmnop");
    const body = await system(olga);
    expect(body.streams).toEqual(
      expect.arrayContaining([expect.objectContaining({ stream: "runs.queued", deadLetters: 2, length: 0 })]),
    );
    expect(body.warnings).toContainEqual({
      code: "dead_letters",
      severity: "warning",
      subject: "runs.queued",
      value: 2,
    });
    expect(body.deadLetters.map(({ key }) => key).sort()).toEqual(["lane-1", "lane-2"]);
    const second = body.deadLetters.find(({ key }) => key === "lane-2");
    expect(second).toMatchObject({ stream: "runs.queued", reason: "said [redacted]", deliveries: 1 });
    expect(body.deadLetters.every(({ reason }) => reason.length <= 200)).toBe(true);
  });

  it("is found on some page of its stream, and on one only", async () => {
    await bury("lane-3");
    const first = await list("?limit=2");
    expect(first.rows).toHaveLength(2);
    const second = await list(`?limit=2&cursor=${first.nextCursor}`);
    expect(second).toMatchObject({ nextCursor: null });
    expect([...first.rows, ...second.rows].map(({ key }) => key).sort()).toEqual([
      "lane-1",
      "lane-2",
      "lane-3",
    ]);
  });

  it("goes back into its stream once, and the audit says who wanted that", async () => {
    const letter = (await list()).rows.find(({ key }) => key === "lane-1");
    if (!letter) throw new Error("The letter is gone");
    expect((await replay(letter)).status).toBe(204);
    expect(await streams.inspect("runs.queued")).toMatchObject({ length: 1, deadLetters: 2 });
    const me = (await olga.get<{ user: { id: string } }>("/api/v1/me")).body;
    expect(await replayEntries()).toMatchObject([
      {
        actor: { kind: "user", id: me.user.id },
        subject: { kind: "dead_letter", id: letter.id },
        facts: { stream: "runs.queued" },
      },
    ]);
    expect((await replay(letter)).status).toBe(404);
    expect(await streams.inspect("runs.queued")).toMatchObject({ length: 1, deadLetters: 2 });
  });

  it("stays where it is when the audit cannot say so", async () => {
    const [letter] = (await list()).rows;
    if (!letter) throw new Error("The letter is gone");
    await test.sql("revoke insert on audit_entries from pulsekeep_app");
    expect((await replay(letter)).status).toBe(500);
    await test.sql("grant insert on audit_entries to pulsekeep_app");
    expect(await streams.inspect("runs.queued")).toMatchObject({ deadLetters: 2 });
  });

  it.each([
    ["nonsense", "nonsense"],
    ["the number of a shard that does not exist", Buffer.from("999/1-1").toString("base64url")],
    [
      "an id of the other transport",
      Buffer.from(transport === "redis" ? "1" : "0/1-1").toString("base64url"),
    ],
    ["what would break a statement", Buffer.from("1;drop table runs").toString("base64url")],
    ["an id of nobody", Buffer.from(transport === "redis" ? "0/1-1" : "999999999").toString("base64url")],
  ])("is not found by %s", async (_, id) => {
    expect((await replay({ id })).status).toBe(404);
    const { status } = await olga.get(`/api/v1/admin/dead-letters/runs.queued?cursor=${id}`);
    expect([200, 404]).toContain(status);
  });

  it.each(["notices", "pk:runs.queued", "nothing"])(
    "is not sought in %s, which is no stream",
    async (stream) => {
      const [letter] = (await list()).rows;
      expect((await replay(letter ?? { id: "x" }, encodeURIComponent(stream))).status).toBe(404);
      expect((await olga.get(`/api/v1/admin/dead-letters/${encodeURIComponent(stream)}`)).status).toBe(404);
    },
  );
});

describe("a sick Redis", () => {
  let test: TestApp;
  let olga: TestClient;
  beforeAll(async () => {
    test = await startTestAppWithAdmin();
    olga = await signUpAdmin(test);
  });
  afterAll(() => test.close());

  it("is warned of while it may throw entries away", async () => {
    const redis = await createRedisForTest(test.redis?.url ?? "");
    await redis.config("SET", "maxmemory-policy", "allkeys-lru");
    expect((await system(olga)).warnings).toContainEqual({
      code: "redis_evicts_keys",
      severity: "critical",
      subject: "allkeys-lru",
      value: null,
    });
    await redis.config("SET", "maxmemory-policy", "noeviction");
    await redis.config("SET", "appendonly", "yes");
    await redis.config("SET", "save", "60 1");
    expect(await system(olga)).toMatchObject({ redis: [{ persistence: "aof_and_rdb" }] });
    // Redis does not end while it writes its first log.
    await redis.config("SET", "appendonly", "no");
    await redis.config("SET", "save", "");
    redis.disconnect();
  });

  it("does not hide the rest of the system when it is gone", async () => {
    await test.redis?.stop();
    const body = await system(olga);
    expect(body).toMatchObject({
      transport: { kind: "redis", reachable: false },
      streams: [],
      deadLetters: [],
      redis: null,
      processes: [{ alive: true }],
    });
    expect(body.warnings[0]).toMatchObject({ code: "transport_unreachable", severity: "critical" });
  });
});
