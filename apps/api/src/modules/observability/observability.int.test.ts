import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestApp, type TestApp } from "../../testing/test-app.js";
import { eventually } from "../../testing/test-eventually.js";
import { createPulse, runNow } from "../../testing/test-pulse.js";
import { enrolTestWorker } from "../../testing/test-worker.js";
import type { Health } from "./health.service.js";

const ask = async (test: TestApp) => {
  const { status, body } = await test.newClient().get<Health>("/health/scheduler");
  return { status, body };
};

const metrics = async (test: TestApp): Promise<Map<string, number>> => {
  const { body } = await test.newClient().get<string>("/metrics");
  return new Map(
    body
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"))
      .map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ") + 1))]),
  );
};

const OTHER_ROLES = ["scheduler", "dispatcher", "collector", "analyst", "notifier"];

/** A process elsewhere that was heard of `silentSeconds` ago; below zero it stays fresh for so long. */
const beatElsewhere = (test: TestApp, silentSeconds: number, loops: unknown[] = []) =>
  test.sql(
    `insert into process_heartbeats (process, roles, version, loops, started_at, seen_at)
     values ('elsewhere', $1, '0.1.0', $2, now(), now() - make_interval(secs => $3))
     on conflict (process) do update set loops = excluded.loops, seen_at = excluded.seen_at`,
    [OTHER_ROLES, JSON.stringify(loops), silentSeconds],
  );

describe("a process that does everything", () => {
  let test: TestApp;
  beforeAll(async () => {
    test = await startTestApp({ standIn: { runner: false } });
  });
  afterAll(() => test.close());

  it("finds its scheduling well, with every role, loop and sort of work named", async () => {
    const body = await eventually(async () => {
      const answer = await ask(test);
      return "loop:planner" in answer.body.checks ? answer.body : undefined;
    });
    expect(body).toMatchObject({ status: "ok", reasons: [] });
    expect(Object.keys(body.checks)).toEqual(
      expect.arrayContaining([
        "database",
        "role:scheduler",
        "role:dispatcher",
        "loop:sweeper",
        "work:outbox",
      ]),
    );
    expect(Object.values(body.checks).every(Boolean)).toBe(true);
  });

  it("is one process to whoever counts them, after a restart too", async () => {
    const count = () => test.sql<{ process: string }>("select process from process_heartbeats");
    const before = await count();
    expect(before).toHaveLength(1);
    await test.restart();
    const after = await count();
    expect(after).toHaveLength(1);
    expect(after[0]?.process).not.toBe(before[0]?.process);
  });

  it("reports what kind of failure a loop met, and not what it was about", async () => {
    const [column, secret] = ["lease_expires_at", "Zebra diary"];
    await test.sql(`alter table runs rename column ${column} to "${secret}"`);
    const failure = await eventually(
      async () => {
        const [row] = await test.sql<{ loops: { name: string; failure: string | null }[] }>(
          "select loops from process_heartbeats",
        );
        return row?.loops.find(({ name }) => name === "sweeper")?.failure ?? undefined;
      },
      { timeoutMs: 30_000 },
    );
    await test.sql(`alter table runs rename column "${secret}" to ${column}`);
    expect(failure).toBe("SQLSTATE 42703");
  });

  it("counts its failed turns, what is due, and how late runs were offered", async () => {
    const alice = await test.signUp("Alice");
    const worker = await enrolTestWorker(test, alice);
    const pulse = await createPulse(alice, worker);
    const before = await metrics(test);
    expect(before.get("seqpulse_scheduler_jobs_failed_total")).toBeGreaterThan(0);
    await runNow(alice, pulse);
    const seen = await eventually(
      async () => {
        const values = await metrics(test);
        const offered = values.get('seqpulse_scheduler_job_start_delay_seconds_count{job_type="commit"}');
        return offered === 1 ? values : undefined;
      },
      { timeoutMs: 30_000 },
    );
    expect(Object.fromEntries(seen)).toMatchObject({
      'seqpulse_scheduler_job_start_delay_seconds_bucket{le="600",job_type="commit"}': 1,
      'pulsekeep_run_lateness_seconds_bucket{le="+Inf"}': 1,
      'pulsekeep_runs_open{state="offered"}': 1,
      pulsekeep_runs_missed_last_day: 0,
      'pulsekeep_runs_open{state="claimed"}': 0,
      'pulsekeep_runs_ended_last_day{state="failed"}': 0,
      pulsekeep_database_up: 1,
      pulsekeep_transport_up: 1,
      'pulsekeep_stream_length{stream="runs.queued"}': 0,
      'pulsekeep_stream_dead_letters{stream="runs.queued"}': 0,
      'pulsekeep_work_due{work="outbox"}': 0,
      'pulsekeep_role_processes{role="scheduler"}': 1,
    });
    expect(seen.get("pulsekeep_database_connections")).toBeGreaterThan(1);
    expect(seen.get("pulsekeep_database_size_bytes")).toBeGreaterThan(1_000_000);
    expect(seen.get("pulsekeep_redis_memory_used_bytes")).toBeGreaterThan(10_000);
    expect(seen.get("seqpulse_scheduler_jobs_pending")).toBeGreaterThanOrEqual(0);
    expect(seen.get('pulsekeep_loop_idle_seconds{loop="planner"}')).toBeLessThan(60);
  });

  it("counts the lateness of a run once, whichever process is scraped and however often", async () => {
    const count = async () => (await metrics(test)).get("pulsekeep_run_lateness_seconds_count");
    const before = await count();
    expect(before).toBeGreaterThan(0);
    // A process that has not been scraped yet knows what the others know.
    await test.restart();
    expect(await count()).toBe(before);
    await test.sql(
      "update runs set offered_at = offered_at - interval '11 minutes' where offered_at is not null",
    );
    expect(await eventually(async () => (await count()) === 0)).toBe(true);
  });

  it("does not repeat old figures as if they were true when the tables cannot be read", async () => {
    await test.sql("revoke select (state) on runs, pulses from pulsekeep_admin");
    const sick = await eventually(async () => {
      const values = await metrics(test);
      return values.get("pulsekeep_database_up") === 0 ? values : undefined;
    });
    expect([...sick.keys()].filter((name) => /^pulsekeep_(work|runs|role|loop|outbox)/.test(name))).toEqual(
      [],
    );
    expect(sick.get("pulsekeep_scheduling_healthy")).toBe(0);
    expect(sick.get("pulsekeep_transport_up")).toBe(1);
    expect(await ask(test)).toMatchObject({ status: 503, body: { reasons: ["database does not answer"] } });
    await test.sql("grant select (state) on runs, pulses to pulsekeep_admin");
    await eventually(async () => (await metrics(test)).get("pulsekeep_database_up") === 1);
    expect((await ask(test)).status).toBe(200);
  });
});

describe("a process that only answers requests", () => {
  let test: TestApp;
  beforeAll(async () => {
    test = await startTestApp({ roles: ["http"] });
  });
  afterAll(() => test.close());

  it("says that nobody schedules", async () => {
    const { status, body } = await ask(test);
    expect(status).toBe(503);
    expect(body.reasons).toEqual(
      expect.arrayContaining(
        ["scheduler", "dispatcher"].map((role) => `no living process has the role ${role}`),
      ),
    );
    expect(body.checks).toMatchObject({ database: true, "role:scheduler": false });
  });

  it("is content when another process does it, and no longer once that one went silent", async () => {
    await beatElsewhere(test, -600);
    expect(await ask(test)).toMatchObject({ status: 200, body: { reasons: [] } });
    await beatElsewhere(test, 21);
    expect((await ask(test)).body.reasons).toContain("no living process has the role scheduler");
  });

  it("sees a loop that stands still in another process", async () => {
    const planner = (idleMs: number) => [{ name: "planner", role: "scheduler", idleMs, failure: null }];
    await beatElsewhere(test, -600, planner(500));
    expect((await ask(test)).status).toBe(200);
    await beatElsewhere(test, -600, planner(90_000));
    expect(await ask(test)).toMatchObject({
      status: 503,
      body: {
        checks: { "loop:planner": false },
        reasons: ["the loop planner has ended no turn for 90 s"],
      },
    });
  });

  it("sees messages that nobody carries on, though every process says that it is well", async () => {
    await beatElsewhere(test, -600);
    await test.sql(
      `insert into outbox (topic, key, body, created_at)
       values ('lanes.freed', 'k', '{}', now() - interval '59 seconds'), ('lanes.freed', 'k', '{}', now())`,
    );
    expect((await ask(test)).status).toBe(200);
    await test.sql("update outbox set created_at = created_at - interval '5 seconds'");
    expect(await ask(test)).toMatchObject({ status: 503, body: { checks: { "work:outbox": false } } });
    const values = await eventually(async () => {
      const seen = await metrics(test);
      return seen.get("pulsekeep_outbox_length") === 2 ? seen : undefined;
    });
    expect(values.get("pulsekeep_outbox_oldest_seconds")).toBeGreaterThanOrEqual(64);
    expect(values.get("pulsekeep_scheduling_healthy")).toBe(0);
    await test.sql("delete from outbox");
  });

  it("forgets a process that has been silent for long", async () => {
    await beatElsewhere(test, 16 * 60);
    await eventually(async () => (await test.sql("select from process_heartbeats")).length === 1);
  });
});
