import type { Deployment, HintCounts, HintedDeployment } from "@pulsekeep/contracts/api/deployments";
import type { VerdictQuality } from "@pulsekeep/contracts/api/verdicts";
import type { Page } from "@pulsekeep/contracts/api/shared";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { newId } from "../../platform/ids.js";
import { Mailer } from "../../platform/mailer.js";
import { startTestApp, type TestApp } from "../../testing/test-app.js";
import type { TestClient } from "../../testing/test-client.js";
import { insertDeployment, insertSamples } from "../metrics/test-watched-project.js";
import { HttpMetrics } from "../observability/observability.ports.js";
import { FollowUpJobs } from "./follow-up.jobs.js";
import { FollowUpsService } from "./follow-ups.service.js";
import { createJudgedProject, type JudgedProject, readNotices } from "./test-judged-project.js";

type Problem = { code: string };

let test: TestApp;
let alice: TestClient;
let mallory: TestClient;
let shop: JudgedProject;
beforeAll(async () => {
  // No loops: the tests turn the analyst by hand.
  test = await startTestApp({ roles: ["http"] });
  [alice, mallory] = [await test.signUp("Alice"), await test.signUp("Mallory")];
});
afterAll(() => test.close());
beforeEach(async () => {
  await test.sql("delete from projects");
  shop = await createJudgedProject(test, alice);
});

const FAILING = { error_rate: 0.2 };

describe("a follow-up look", () => {
  const looks = async (id: string) =>
    (await shop.review(id)).followUps.map(({ look, state }) => `${look} ${state}`);
  const makeDue = (id: string, look: string) =>
    test.sql(
      "update verdict_follow_ups set due_at = clock_timestamp() - interval '1 second' where deployment_id = $1 and look = $2",
      [id, look],
    );

  it("is planned for an hour and a day later, and for no rollback", async () => {
    const good = await shop.judged({ ago: 300 });
    expect(await looks(good)).toEqual(["hour pending", "day pending"]);
    const bad = await shop.judged({ post: FAILING });
    expect(await looks(bad)).toEqual([]);
  });

  it("adds a warning and never changes the verdict", async () => {
    const id = await shop.judged({ ago: 400 });
    const before = await shop.verdictOf(id);
    await insertSamples(test, shop, { fromSeconds: -300, toSeconds: -1, stepSeconds: 4, values: FAILING });
    await makeDue(id, "hour");
    await Promise.all([1, 2].map(() => test.get(FollowUpsService).sweepOnce()));
    const [hour, day] = (await shop.review(id)).followUps;
    expect(hour).toMatchObject({ look: "hour", state: "warning" });
    expect(hour?.found?.reasons.length).toBeGreaterThan(0);
    expect(day).toMatchObject({ look: "day", state: "pending", found: null });
    expect(await shop.verdictOf(id)).toEqual(before);
    const [deployment] = await test.sql("select verdict_state from deployments where id = $1", [id]);
    expect(deployment).toEqual({ verdict_state: "ok" });
    const { body } = await alice.get<VerdictQuality>(`${shop.path}/verdict-quality`);
    expect(body).toMatchObject({ verdicts: 1, found: 0, laterWarnings: 1 });
    // Whoever only looks at the list sees it too, and can ask for it.
    const other = await shop.judged({ ago: 70 });
    const listed = async (query = "") =>
      (await alice.get<Page<Deployment>>(`/api/v1/deployments?projectId=${shop.projectId}&${query}`)).body;
    expect((await listed()).rows.map((it) => [it.id, it.lateWarning])).toEqual([
      [other, false],
      [id, true],
    ]);
    expect((await listed("late=true")).rows.map((it) => it.id)).toEqual([id]);
    expect((await listed("late=false")).rows.map((it) => it.id)).toEqual([other]);
    const counts = await alice.get(`/api/v1/deployments/counts?projectId=${shop.projectId}`);
    expect(counts.body).toMatchObject({ total: 2, ok: 2, lateWarnings: 1 });
    expect(await readNotices(alice)).toEqual([`late_warning ${id}`]);
    expect((await mallory.post(`/api/v1/deployment-notices/${id}/dismiss`)).status).toBe(404);
    expect(await readNotices(mallory)).toEqual([]);
    expect((await alice.post(`/api/v1/deployment-notices/${id}/dismiss`)).status).toBe(204);
    expect(await readNotices(alice)).toEqual([]);
  });

  it("is told by mail once, as a rollback is: in each one's language, and no more when it was seen", async () => {
    const send = vi.spyOn(test.get(Mailer), "send").mockResolvedValue(true);
    try {
      await test.sql("update users set email_verified = (name = 'Alice'), locale = 'fr'");
      const late = await shop.judged({ ago: 400 });
      await insertSamples(test, shop, {
        fromSeconds: -300,
        toSeconds: -1,
        stepSeconds: 4,
        values: FAILING,
      });
      await makeDue(late, "hour");
      const another = () =>
        insertDeployment(test, shop, { state: "superseded", startedIn: -9_000, environment: "staging" });
      const [bad, seen] = [await another(), await another()];
      // A warning at the end of a window waits on the page.
      await test.sql(
        `insert into deployment_notices (deployment_id, kind, workspace_id, dismissed_at)
         values ($1, 'rollback_recommended', $3, null), ($2, 'rollback_recommended', $3, now()),
           ($2, 'warning', $3, null)`,
        [bad, seen, shop.workspaceId],
      );
      await Promise.all([1, 2].map(() => test.get(FollowUpsService).sweepOnce()));
      for (let times = 0; times < 2; times += 1)
        await Promise.all([1, 2].map(() => test.get(FollowUpJobs).sendMails()));
      expect(await looks(late)).toEqual(["hour warning", "day pending"]);
      const mails = send.mock.calls.map(([mail]) => mail);
      expect(mails.map(({ template, params }) => `${template} ${params["url"]}`).sort()).toEqual([
        `deployment_late_warning ${test.url}/app/deployments/${late}`,
        `deployment_rollback ${test.url}/app/deployments/${bad}`,
      ]);
      for (const mail of mails)
        expect(mail).toMatchObject({
          locale: "fr",
          params: { name: "Alice", project: "Shop" },
        });
      // A process that dies between claim and mail answers nobody: another one sends it when the claim has run out.
      send.mockReset().mockResolvedValueOnce(false).mockResolvedValue(true);
      await test.sql(
        "update deployment_notices set mailed_at = null, mail_due_at = null where deployment_id = $1",
        [bad],
      );
      const sweep = () => test.get(FollowUpJobs).sendMails();
      await sweep();
      await sweep();
      expect(send).toHaveBeenCalledTimes(1);
      const runOut = () =>
        test.sql(
          "update deployment_notices set mail_due_at = now() - interval '1 second' where mailed_at is null",
        );
      for (let times = 0; times < 2; times += 1) {
        await runOut();
        await sweep();
      }
      const [lost, sent] = send.mock.calls.map(([mail]) => mail);
      expect(send).toHaveBeenCalledTimes(2);
      expect(sent).toEqual(lost);
      expect(sent?.once).toBe(`deployment_notice:${bad}:rollback_recommended`);
      await test.sql(
        "update deployment_notices set mailed_at = null, mail_attempts = 8 where deployment_id = $1",
        [bad],
      );
      await runOut();
      await sweep();
      expect(send).toHaveBeenCalledTimes(2);
    } finally {
      send.mockRestore();
      await test.sql("update users set locale = 'en'");
    }
  });

  it("that fails keeps nobody else's from being taken", async () => {
    const broken = await shop.judged({ ago: 400 });
    const other = await shop.judged({ ago: 200, environment: "staging" });
    for (const id of [broken, other]) await makeDue(id, "hour");
    await test.sql(
      `insert into verdict_policies (id, workspace_id, project_id, environment, version, document)
       values ($1, $2, $3, 'prod', 1, '{}')`,
      [newId(), shop.workspaceId, shop.projectId],
    );
    expect(await test.get(FollowUpsService).sweepOnce()).toBe("idle");
    expect([await looks(broken), await looks(other)]).toEqual([
      ["hour pending", "day pending"],
      ["hour inconclusive", "day pending"],
    ]);
  });

  it("is steady where nothing got worse, inconclusive without samples, and skipped for another version", async () => {
    const id = await shop.judged({ ago: 400 });
    await insertSamples(test, shop, { fromSeconds: -300, toSeconds: -1, stepSeconds: 4 });
    await makeDue(id, "hour");
    await test.get(FollowUpsService).sweepOnce();
    await test.sql("delete from metric_samples where project_id = $1", [shop.projectId]);
    await makeDue(id, "day");
    await test.get(FollowUpsService).sweepOnce();
    expect(await looks(id)).toEqual(["hour steady", "day inconclusive"]);
    const older = await shop.judged({ ago: 200 });
    await shop.judged({ ago: 70 });
    await makeDue(older, "hour");
    await test.get(FollowUpsService).sweepOnce();
    expect(await looks(older)).toEqual(["hour skipped", "day pending"]);
  });
});

describe("hints", () => {
  it("are listed across deployments, by severity and project, in the reader's language", async () => {
    const bad = await shop.judged({ ago: 300, post: FAILING });
    await shop.judged({ ago: 70 });
    const list = async (query = "", client = alice) =>
      (await client.get<Page<HintedDeployment>>(`/api/v1/hints?${query}`)).body.rows;
    const [critical] = await list("severity=critical");
    expect(critical?.deployment.id).toBe(bad);
    expect(critical?.hints.length).toBeGreaterThan(0);
    expect(new Set(critical?.hints.map(({ severity }) => severity))).toEqual(new Set(["critical"]));
    expect(critical?.hints[0]?.title.text).toMatch(/error/i);
    const all = await list(`projectId=${shop.projectId}`);
    const ofBad = all.find(({ deployment }) => deployment.id === bad);
    expect(ofBad?.hints.length).toBeGreaterThanOrEqual(critical?.hints.length ?? 0);
    const { body: counts } = await alice.get<HintCounts>("/api/v1/hints/counts");
    expect(counts.critical).toBe(critical?.hints.length);
    const some = all.flatMap(({ hints }) => hints);
    expect(counts.critical + counts.warning + counts.info).toBe(some.length);
    expect(await list("", mallory)).toEqual([]);
    expect((await mallory.get<HintCounts>("/api/v1/hints/counts")).body.critical).toBe(0);
    expect((await test.newClient().get("/api/v1/hints")).status).toBe(401);
    expect((await alice.get("/api/v1/hints?severity=loud")).status).toBe(422);
  });
});

describe("feedback", () => {
  it("counts in the project's figures, the last word of it, and in the audit", async () => {
    const { registry } = test.get(HttpMetrics);
    registry.resetMetrics();
    const [first, second] = [
      await shop.judged({ ago: 300, post: FAILING }),
      await shop.judged({ ago: 70, post: FAILING }),
    ];
    expect((await shop.review(first)).takesFeedback).toBe(true);
    await shop.say(first, "false_alarm");
    expect((await shop.say(first, "confirmed")).body.feedback?.judgement).toBe("confirmed");
    await shop.say(second, "false_alarm");
    const quality = async () => (await alice.get<VerdictQuality>(`${shop.path}/verdict-quality`)).body;
    expect(await quality()).toMatchObject({
      verdicts: 2,
      found: 2,
      confirmed: 1,
      falseAlarms: 1,
      precision: 0.5,
      rollbacks: { found: 2, confirmed: 1, falseAlarms: 1, precision: 0.5 },
    });
    await alice.del(`/api/v1/deployments/${second}/feedback`);
    expect(await quality()).toMatchObject({ confirmed: 1, falseAlarms: 0, precision: 1 });
    const actions = await test.sql<{ action: string }>(
      "select action from audit_entries where action like 'verdict.%' and subject_id in ($1, $2) order by recorded_at",
      [first, second],
    );
    expect(actions.map(({ action }) => action)).toEqual([
      "verdict.feedback_given",
      "verdict.feedback_given",
      "verdict.feedback_given",
      "verdict.feedback_withdrawn",
    ]);
    expect(await registry.getSingleMetricAsString("seqpulse_analysis_quality_proxy_total")).toContain(
      'event="false_rollback_proxy"} 2',
    );
  });

  it("is taken only by verdicts that found something", async () => {
    const id = await shop.judged({});
    expect((await shop.review(id)).takesFeedback).toBe(false);
    expect((await shop.say(id, "confirmed")).body.code).toBe("verdict_takes_no_feedback");
    expect((await shop.say(id, "perhaps")).status).toBe(422);
  });
});

it("says the same 404 to strangers as for a thing that does not exist [IDOR-01]", async () => {
  const id = await shop.judged({ post: FAILING });
  const routes: [string, string, object?][] = [
    ["GET", `/api/v1/deployments/${id}/review`],
    ["PUT", `/api/v1/deployments/${id}/feedback`, { judgement: "confirmed" }],
    ["DELETE", `/api/v1/deployments/${id}/feedback`],
    ["POST", `/api/v1/deployments/${id}/replay`, {}],
    ["GET", `/api/v1/deployments/${id}/verdict-input`],
    ["GET", `${shop.path}/verdict-quality`],
    ["GET", `${shop.path}/policies`],
    ["GET", `${shop.path}/policies/history`],
    ["PUT", `${shop.path}/policies`, { environment: null, document: {}, expectedVersion: 0 }],
    ["POST", `${shop.path}/policies/preview`, { environment: null, document: {} }],
  ];
  for (const [method, route, body] of routes) {
    const options = body === undefined ? {} : { body };
    const foreign = await mallory.call<Problem>(method, route, options);
    const missing = route.replace(/[0-9a-f-]{36}/, "019f0000-0000-7000-8000-000000000000");
    const absent = await mallory.call<Problem>(method, missing, options);
    expect([route, foreign.status, foreign.body.code]).toEqual([route, 404, "not_found"]);
    expect([absent.status, absent.body.code]).toEqual([404, "not_found"]);
  }
  expect((await shop.review(id)).feedback).toBeNull();
});
