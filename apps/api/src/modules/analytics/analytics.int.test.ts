import type { BadgeAddresses, BadgeState, Dora, LifecycleKpis } from "@pulsekeep/contracts/api/analytics";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newId } from "../../platform/ids.js";
import type { TestApp } from "../../testing/test-app.js";
import type { TestClient } from "../../testing/test-client.js";
import { createTestProject, type TestProject } from "../../testing/test-project.js";
import { signUpAdmin, startTestAppWithAdmin } from "../admin/test-admin.js";

let test: TestApp;
let alice: TestClient;
let mallory: TestClient;
beforeAll(async () => {
  test = await startTestAppWithAdmin({ roles: ["http"] });
  [alice, mallory] = [await test.signUp("Alice"), await test.signUp("Mallory")];
});
afterAll(() => test.close());

type Past = {
  /** Hours before now at which it was finished. */
  hoursAgo: number;
  result?: "success" | "failed" | null;
  verdict?: string;
  isRollback?: boolean;
  /** Hours from the commit to the finish. */
  leadHours?: number;
  service?: string;
};

/** Deployments that were, oldest first. */
async function insertPast(project: TestProject, past: readonly Past[]): Promise<void> {
  for (const [index, it] of past.entries())
    await test.sql(
      `insert into deployments (id, workspace_id, project_id, number, environment, service, state, pipeline_result,
         verdict_state, is_rollback, started_at, finished_at, abandon_at, committed_at)
       select $1, workspace_id, id, $3, 'prod', $4, 'analyzed', $5, $6, $7, at - interval '1 minute', at, at,
         at - make_interval(mins => $8)
       from projects, (select now() - make_interval(mins => $9) as at) finished where id = $2`,
      [
        newId(),
        project.id,
        index + 1,
        it.service ?? "",
        it.result === undefined ? "success" : it.result,
        it.verdict ?? "ok",
        it.isRollback ?? false,
        it.leadHours === undefined ? null : it.leadHours * 60,
        Math.round(it.hoursAgo * 60),
      ],
    );
}

describe("GET /api/v1/analytics/dora", () => {
  it("makes the four keys of deployments and their verdicts, beside the window before", async () => {
    const project = await createTestProject(alice);
    await insertPast(project, [
      { hoursAgo: 24 * 10, leadHours: 100 },
      { hoursAgo: 24 * 5, leadHours: 1 },
      { hoursAgo: 24 * 4, leadHours: 5, verdict: "rollback_recommended" },
      // Follows a failure: the same incident.
      { hoursAgo: 24 * 4 - 1, verdict: "rollback_recommended" },
      { hoursAgo: 24 * 4 - 3, isRollback: true },
      { hoursAgo: 24 * 3, leadHours: 3 },
      // Rolled back although no verdict asked for it.
      { hoursAgo: 24 * 2 },
      { hoursAgo: 24 * 2 - 2, isRollback: true },
      // Never reached anybody.
      { hoursAgo: 24 * 1.5, result: "failed" },
      { hoursAgo: 24 * 1.2, result: null, verdict: "inconclusive" },
      // A line of its own, and nothing good since.
      { hoursAgo: 24, service: "api", verdict: "rollback_recommended" },
    ]);
    const { status, body } = await alice.get<Dora>(`/api/v1/analytics/dora?projectId=${project.id}&days=7`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      deploymentFrequency: { value: 6 / 7, previous: 1 / 7, measured: 6, level: "high" },
      leadTime: { value: 3 * 3_600, previous: 100 * 3_600, measured: 3, total: 6, level: "elite" },
      changeFailureRate: { value: 4 / 6, previous: 0, measured: 4, total: 6, level: "low" },
      timeToRestore: {
        value: expect.closeTo(2.5 * 3_600, 0),
        previous: null,
        measured: 2,
        total: 3,
        level: "high",
      },
      openFailures: 1,
    });
    expect(body.perDay.reduce((sum, it) => sum + it.deployments, 0)).toBe(6);
    expect(body.perDay.reduce((sum, it) => sum + it.failures, 0)).toBe(4);
    for (const key of [body.deploymentFrequency, body.leadTime, body.changeFailureRate, body.timeToRestore])
      expect(key.formula.length).toBeGreaterThan(40);
    const api = await alice.get<Dora>(`/api/v1/analytics/dora?projectId=${project.id}&days=7&service=api`);
    expect(api.body).toMatchObject({ changeFailureRate: { value: 1, total: 1 }, openFailures: 1 });
  });

  it("goes by what people say of verdicts, and lets dry runs change nothing", async () => {
    const project = await createTestProject(alice);
    const past = { verdict: "rollback_recommended" };
    await insertPast(project, [
      { hoursAgo: 50, ...past },
      { hoursAgo: 40, ...past },
      { hoursAgo: 30, verdict: "warning" },
      { hoursAgo: 20, ...past },
      // Called a false alarm, and rolled back for it: the person's word goes before.
      { hoursAgo: 10, ...past },
      { hoursAgo: 9, isRollback: true },
    ]);
    const read = async () =>
      (await alice.get<Dora>(`/api/v1/analytics/dora?projectId=${project.id}&days=7`)).body;
    expect(await read()).toMatchObject({
      changeFailureRate: { measured: 4, total: 5 },
      judgements: { falseAlarms: 0, confirmed: 0, dryRuns: 0 },
    });
    await test.sql(
      `insert into verdict_feedback (deployment_id, workspace_id, judgement, given_at)
       select id, workspace_id, case number when 3 then 'confirmed' else 'false_alarm' end, now()
       from deployments where project_id = $1 and number in (1, 3, 5)`,
      [project.id],
    );
    await test.sql(
      `insert into verdicts (deployment_id, workspace_id, state, confidence, final, document, engine_version, decided_at, dry_run)
       select id, workspace_id, verdict_state, 1, true, '{}', '0', finished_at, number = 2
       from deployments where project_id = $1`,
      [project.id],
    );
    const { changeFailureRate, judgements, perDay } = await read();
    // The warning that was confirmed, and the one rollback that nobody spoke of.
    expect(changeFailureRate).toMatchObject({ value: 2 / 5, measured: 2, total: 5 });
    expect(changeFailureRate.formula).toMatch(/dry run.*person.*false alarm is none/);
    expect(judgements).toEqual({ falseAlarms: 2, confirmed: 1, dryRuns: 1 });
    expect(perDay.reduce((sum, it) => sum + it.failures, 0)).toBe(2);
  });

  it("counts one's own workspace only, and refuses windows that are none", async () => {
    const { body } = await mallory.get<Dora>("/api/v1/analytics/dora?days=90");
    expect(body).toMatchObject({ deploymentFrequency: { value: 0, level: null }, openFailures: 0 });
    for (const days of ["0", "91", "x"])
      expect((await alice.get(`/api/v1/analytics/dora?days=${days}`)).status).toBe(422);
    expect((await test.newClient().get("/api/v1/analytics/dora")).status).toBe(401);
  });
});

describe("GET /analytics/kpi/lifecycle", () => {
  it("defect 7: is for administrators, and counts whose time to do something ended in the window", async () => {
    const olga = await signUpAdmin(test);
    const path = "/analytics/kpi/lifecycle?window_days=7";
    expect((await test.newClient().get(path)).status).toBe(401);
    expect((await alice.get(path)).status).toBe(404);
    const before = (await olga.get<LifecycleKpis>(path)).body;
    const carol = await test.signUp("Carol");
    const dave = await test.signUp("Dave");
    const project = await createTestProject(carol);
    await insertPast(project, [{ hoursAgo: 71 }]);
    await test.sql("update users set created_at = now() - interval '4 days' where email = any($1)", [
      [carol, dave].map(({ email }) => email),
    ]);
    await test.sql(
      "update projects set created_at = now() - interval '4 days' + interval '1 hour' where id = $1",
      [project.id],
    );
    await test.sql(
      `insert into verdicts (deployment_id, workspace_id, state, confidence, final, document, engine_version, decided_at)
       select id, workspace_id, 'ok', 1, true, '{}', '0', finished_at from deployments where project_id = $1`,
      [project.id],
    );
    const state = (said: string) => test.sql("update verdicts set state = $1", [said]);
    const dryRun = (yes: boolean) => test.sql("update verdicts set dry_run = $1", [yes]);
    await dryRun(true);
    const reached = async () => {
      const { numerator, denominator } = (await olga.get<LifecycleKpis>(path)).body.kpis
        .project_to_first_verdict_72h;
      return [numerator, denominator];
    };
    expect(await reached()).toEqual([0, 1]);
    await dryRun(false);
    // Of what was abandoned, or never measured, nothing could be said.
    await state("inconclusive");
    expect(await reached()).toEqual([0, 1]);
    await state("warning");
    const { body } = await olga.get<LifecycleKpis>(path);
    const of = (kpis: LifecycleKpis["kpis"]) =>
      [kpis.signup_to_project_24h, kpis.project_to_first_verdict_72h].map(({ numerator, denominator }) => [
        numerator,
        denominator,
      ]);
    expect(of(before.kpis)).toEqual([
      [0, 0],
      [0, 0],
    ]);
    expect(of(body.kpis)).toEqual([
      [1, 2],
      [1, 1],
    ]);
    expect(body).toMatchObject({
      window: { days: 7 },
      kpis: { free_to_pro_from_quota_emails: { value: null, available: false, reason: "no_plans" } },
      critical_alert_open_rate: { value: null, available: false, reason: "opens_not_tracked" },
    });
    expect((await olga.get("/analytics/kpi/lifecycle?window_days=91")).status).toBe(422);
  });
});

describe("badges", () => {
  const badgeOf = (project: TestProject) => `${project.path}/badge`;
  const anybody = () => test.newClient();

  it("show the latest verdict to whoever has the address, while they are switched on", async () => {
    const project = await createTestProject(alice, { environments: ["prod", "staging"] });
    expect((await alice.get<BadgeAddresses>(badgeOf(project))).body).toEqual({ svgUrl: null, jsonUrl: null });
    const { body } = await alice.call<BadgeAddresses>("PUT", badgeOf(project), { body: {} });
    expect((await alice.call("PUT", badgeOf(project), { body: {} })).body).toEqual(body);
    const read = async (query = "") =>
      (await anybody().get<BadgeState>(`${body.jsonUrl}?environment=prod${query}`)).body;
    expect(await read()).toMatchObject({
      schemaVersion: 1,
      label: "prod",
      message: "no deployment yet",
      state: null,
    });
    const begun = await project.trigger({ env: "prod" });
    expect(await read("&lang=de")).toMatchObject({ state: "collecting", message: "sammelt Messungen" });
    await test.sql("update deployments set verdict_state = 'rollback_recommended' where id = $1", [
      begun.body.deployment_id,
    ]);
    const svg = await anybody().get<string>(body.svgUrl ?? "");
    expect([svg.status, svg.body]).toEqual([200, expect.stringContaining("prod: rollback recommended")]);
    expect(Object.fromEntries(svg.headers)).toMatchObject({
      "content-type": "image/svg+xml; charset=utf-8",
      "cache-control": "public, max-age=60, stale-while-revalidate=300",
      "content-security-policy": "default-src 'none'; sandbox",
    });
    const again = await anybody().get(body.svgUrl ?? "", { "if-none-match": svg.headers.get("etag") ?? "" });
    expect([again.status, again.body]).toEqual([304, ""]);
    // Nothing but the state: no name, no id, no branch.
    expect(Object.keys(await read()).toSorted()).toEqual([
      "color",
      "dryRun",
      "label",
      "lateWarning",
      "message",
      "schemaVersion",
      "startedAt",
      "state",
    ]);
    expect(svg.body).not.toContain(project.name);
    expect(
      (await anybody().get(`${body.jsonUrl}?environment=${encodeURIComponent("<script>")}`)).status,
    ).toBe(404);
    expect((await alice.del(badgeOf(project))).status).toBe(204);
    expect((await anybody().get(body.svgUrl ?? "")).status).toBe(404);
    const renewed = await alice.call<BadgeAddresses>("PUT", badgeOf(project), { body: {} });
    expect(renewed.body.svgUrl).not.toBe(body.svgUrl);
  });

  it("are switched by the project's owner alone, and cannot be guessed from an id", async () => {
    const project = await createTestProject(alice);
    for (const method of ["GET", "PUT", "DELETE"])
      expect(
        (await mallory.call(method, badgeOf(project), method === "GET" ? {} : { body: {} })).status,
      ).toBe(404);
    for (const key of [project.id, "a".repeat(24), "..", "%00", `${"a".repeat(24)}.svg`])
      expect((await anybody().get(`/badges/${key}.svg`)).status).toBe(404);
  });
});
