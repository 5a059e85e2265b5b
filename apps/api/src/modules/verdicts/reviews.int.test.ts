import type { Dora } from "@pulsekeep/contracts/api/analytics";
import type { DeploymentWait } from "@pulsekeep/contracts/api/ci";
import type {
  Deployment,
  DeploymentCounts,
  DeploymentNotice,
  HintCounts,
  HintedDeployment,
  Overview,
} from "@pulsekeep/contracts/api/deployments";
import type { Policies, PolicyPreview } from "@pulsekeep/contracts/api/policies";
import type { Replay, Review, VerdictQuality } from "@pulsekeep/contracts/api/verdicts";
import type { Project } from "@pulsekeep/contracts/api/projects";
import type { Page } from "@pulsekeep/contracts/api/shared";
import { replay, type Verdict, type VerdictInput } from "@pulsekeep/verdict";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { Mailer } from "../../platform/mailer.js";
import { startTestApp, type TestApp } from "../../testing/test-app.js";
import type { TestClient } from "../../testing/test-client.js";
import { createTestProject } from "../../testing/test-project.js";
import { insertDeployment, insertSamples, type TestProject } from "../metrics/test-watched-project.js";
import { HttpMetrics } from "../observability/observability.ports.js";
import { AnalystJobs } from "./analyst.jobs.js";
import { FollowUpJobs } from "./follow-up.jobs.js";
import { FollowUpsService } from "./follow-ups.service.js";

type Problem = { code: string };

let test: TestApp;
let alice: TestClient;
let mallory: TestClient;
let project: TestProject;
let path: string;
beforeAll(async () => {
  // No loops: the tests turn the analyst by hand.
  test = await startTestApp({ roles: ["http"] });
  [alice, mallory] = [await test.signUp("Alice"), await test.signUp("Mallory")];
});
afterAll(() => test.close());
beforeEach(async () => {
  await test.sql("delete from projects");
  const observation = { sampleSeconds: 2, windowSeconds: 60, baselineSeconds: 2 };
  const created = await createTestProject(alice, { environments: ["prod", "staging"], observation });
  path = created.path;
  const [row] = await test.sql<{ workspace_id: string }>("select workspace_id from projects where id = $1", [
    created.id,
  ]);
  project = { projectId: created.id, workspaceId: row?.workspace_id ?? "" };
});

type Values = Parameters<typeof insertSamples>[2]["values"];

/** A deployment that was observed for a minute, `ago` seconds ago, and judged. */
async function judged({
  ago = 70,
  post,
  environment,
}: {
  ago?: number;
  post?: Values;
  environment?: string;
}) {
  const id = await insertDeployment(test, project, {
    state: "observing",
    startedIn: -ago - 5,
    finishedIn: -ago,
    observeUntilIn: -ago + 60,
    nextActionIn: -1,
    environment,
  });
  await insertSamples(test, project, { fromSeconds: -ago - 85, toSeconds: -ago - 6 });
  await insertSamples(test, project, {
    fromSeconds: -ago + 1,
    toSeconds: Math.min(-0.5, -ago + 60),
    values: post,
  });
  await test.get(AnalystJobs).sweepOnce();
  return id;
}
const verdictOf = async (id: string) => {
  const [row] = await test.sql<{ state: string; dry_run: boolean; policy: unknown; document: Verdict }>(
    "select state, dry_run, policy, document from verdicts where deployment_id = $1",
    [id],
  );
  return row;
};
const change = (environment: string | null, document: object, expectedVersion = 0) =>
  alice.call<Policies & Problem>("PUT", `${path}/policies`, {
    body: { environment, document, expectedVersion },
  });
const review = async (id: string) => (await alice.get<Review>(`/api/v1/deployments/${id}/review`)).body;
const notices = async (client = alice) =>
  (await client.get<Page<DeploymentNotice>>("/api/v1/deployment-notices")).body.rows.map(
    ({ kind, deployment }) => `${kind} ${deployment.id}`,
  );
const say = (id: string, judgement: string) =>
  alice.call<Review & Problem>("PUT", `/api/v1/deployments/${id}/feedback`, { body: { judgement } });

const FAILING: Values = { error_rate: 0.2 };

describe("a project's policy", () => {
  it("decides the next verdict, by environment, and is kept with it", async () => {
    expect((await change(null, { metrics: { error_rate: { critical: false } } })).status).toBe(200);
    const { body } = await change("prod", {
      dryRun: true,
      metrics: { error_rate: { smallestAbsolute: 0.01 } },
    });
    expect(body.scopes.map(({ environment, version }) => [environment, version])).toEqual([
      [null, 1],
      ["prod", 1],
      ["staging", 0],
    ]);
    expect(body.scopes[1]?.inForce.error_rate).toMatchObject({ critical: false, smallestAbsolute: 0.01 });
    const id = await judged({ post: FAILING });
    expect(await verdictOf(id)).toMatchObject({
      state: "warning",
      dry_run: true,
      policy: { projectVersion: 1, environmentVersion: 1 },
    });
    expect(await review(id)).toMatchObject({
      dryRun: true,
      policy: { projectVersion: 1, environmentVersion: 1 },
    });
    const staging = await judged({ post: FAILING, environment: "staging" });
    expect(await verdictOf(staging)).toMatchObject({ dry_run: false, policy: { environmentVersion: 0 } });
  });

  it("is a version of its own with every change, and none is lost to another one", async () => {
    const rules = { metrics: { latency_p95: { smallestAbsolute: 20 } } };
    await change(null, rules);
    expect((await change(null, { metrics: {} })).body.code).toBe("conflict");
    expect((await change(null, rules, 1)).body.scopes[0]?.version).toBe(1);
    const both = await Promise.all([change(null, { dryRun: true }, 1), change(null, { metrics: {} }, 1)]);
    expect(both.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 409]);
    const { body } = await alice.get<{ rows: { version: number; document: object }[] }>(
      `${path}/policies/history`,
    );
    expect(body.rows.map(({ version }) => version)).toEqual([2, 1]);
    expect(body.rows[1]?.document).toEqual(rules);
    const entries = await test.sql<{ facts: object }>(
      "select facts from audit_entries where action = 'policy.changed' and subject_id = $1 order by recorded_at",
      [project.projectId],
    );
    expect(entries[0]?.facts).toEqual({
      environment: null,
      version: 1,
      rules: "latency_p95.smallestAbsolute",
    });
  });

  it("is refused for an environment that there is not, and with rules that make no sense", async () => {
    expect((await change("moon", {})).body.code).toBe("ENVIRONMENT_UNKNOWN");
    expect((await change(null, { metrics: { error_rate: { smallestAbsolute: 5 } } })).status).toBe(422);
  });

  it("shows what the last verdicts would have been with it", async () => {
    const bad = await judged({ ago: 300, post: FAILING });
    const good = await judged({ ago: 70 });
    const preview = (document: object, environment: string | null = null) =>
      alice.post<PolicyPreview>(`${path}/policies/preview`, { environment, document });
    const { body } = await preview({ metrics: { error_rate: { muted: true } } });
    expect(body.rows.map(({ deploymentId, before, after }) => [deploymentId, before, after?.state])).toEqual([
      [good, "ok", "ok"],
      [bad, "rollback_recommended", "ok"],
    ]);
    expect(body.changed).toBe(1);
    const same = (await preview({ metrics: {} })).body;
    expect([same.changed, same.rows[1]?.after?.metrics]).toEqual([0, ["error_rate"]]);
    expect((await preview({ metrics: { error_rate: { muted: true } } }, "staging")).body.rows).toEqual([]);
    // Nothing was changed by looking.
    expect((await verdictOf(bad))?.state).toBe("rollback_recommended");
    await test.sql("delete from metric_samples where project_id = $1", [project.projectId]);
    expect((await preview({ metrics: {} })).body.rows[0]?.after).toBeNull();
  });
});

describe("a stored deployment", () => {
  it("is replayed with another policy by the API, and with the command's files", async () => {
    const id = await judged({ post: FAILING });
    const kept = await verdictOf(id);
    const again = (body: object) => alice.post<Replay>(`/api/v1/deployments/${id}/replay`, body);
    const same = (await again({})).body;
    expect(same).toMatchObject({ kept: "rollback_recommended", of: 30 });
    expect(same.replayed.state).toBe("rollback_recommended");
    expect(same.samples).toBeLessThanOrEqual(10);
    expect(same.replayed.reasons.map(({ message }) => message.text).join(" ")).toContain("Error rate");
    const muted = { document: { metrics: { error_rate: { muted: true } } } };
    expect((await again(muted)).body.replayed.state).toBe("ok");
    const { body: input } = await alice.get<VerdictInput>(`/api/v1/deployments/${id}/verdict-input`);
    const { verdict, samples } = replay(input);
    expect([verdict.state, samples]).toEqual([same.replayed.state, same.samples]);
    expect(kept?.document.state).toBe(verdict.state);
  });

  it("is replayed with the baseline of its own time, also when another address is measured since", async () => {
    const before = await judged({ ago: 300, post: FAILING });
    // One way of measuring takes the place of another.
    for (const source of ["push", "endpoint"])
      expect((await alice.call("PUT", `${path}/source`, { body: { source } })).status).toBe(200);
    const [endpoint] = await test.sql<{ is_new: boolean }>(
      "select baseline_version > 1 and baseline_since is not null as is_new from metric_endpoints where project_id = $1",
      [project.projectId],
    );
    expect(endpoint?.is_new).toBe(true);
    const replayed = async (id: string) =>
      (await alice.post<Replay>(`/api/v1/deployments/${id}/replay`, {})).body.replayed.state;
    expect(await replayed(before)).toBe("rollback_recommended");
    const { body } = await alice.post<PolicyPreview>(`${path}/policies/preview`, {
      environment: null,
      document: { metrics: {} },
    });
    expect(body.changed).toBe(0);
    // What was measured elsewhere is no baseline of this one.
    const after = await judged({ ago: 70 });
    expect((await verdictOf(after))?.state).toBe("inconclusive");
  });

  it("is compared with clean deployments before it, false alarms among them", async () => {
    await judged({ ago: 3_000 });
    const alarm = await judged({ ago: 2_000, post: { latency_p95: 90 } });
    const earlier = async (id: string) =>
      (await alice.get<VerdictInput>(`/api/v1/deployments/${id}/verdict-input`)).body.history?.length;
    const id = await judged({ ago: 70 });
    expect(await earlier(id)).toBe(1);
    await say(alarm, "false_alarm");
    expect(await earlier(id)).toBe(2);
  });
});

describe("a follow-up look", () => {
  const looks = async (id: string) =>
    (await review(id)).followUps.map(({ look, state }) => `${look} ${state}`);
  const makeDue = (id: string, look: string) =>
    test.sql(
      "update verdict_follow_ups set due_at = clock_timestamp() - interval '1 second' where deployment_id = $1 and look = $2",
      [id, look],
    );

  it("is planned for an hour and a day later, and for no rollback", async () => {
    const good = await judged({ ago: 300 });
    expect(await looks(good)).toEqual(["hour pending", "day pending"]);
    const bad = await judged({ post: FAILING });
    expect(await looks(bad)).toEqual([]);
  });

  it("adds a warning and never changes the verdict", async () => {
    const id = await judged({ ago: 400 });
    const before = await verdictOf(id);
    await insertSamples(test, project, { fromSeconds: -300, toSeconds: -1, stepSeconds: 4, values: FAILING });
    await makeDue(id, "hour");
    await Promise.all([1, 2].map(() => test.get(FollowUpsService).sweepOnce()));
    const [hour, day] = (await review(id)).followUps;
    expect(hour).toMatchObject({ look: "hour", state: "warning" });
    expect(hour?.found?.reasons.length).toBeGreaterThan(0);
    expect(day).toMatchObject({ look: "day", state: "pending", found: null });
    expect(await verdictOf(id)).toEqual(before);
    const [deployment] = await test.sql("select verdict_state from deployments where id = $1", [id]);
    expect(deployment).toEqual({ verdict_state: "ok" });
    const { body } = await alice.get<VerdictQuality>(`${path}/verdict-quality`);
    expect(body).toMatchObject({ verdicts: 1, found: 0, laterWarnings: 1 });
    // Whoever only looks at the list sees it too, and can ask for it.
    const other = await judged({ ago: 70 });
    const listed = async (query = "") =>
      (await alice.get<Page<Deployment>>(`/api/v1/deployments?projectId=${project.projectId}&${query}`)).body;
    expect((await listed()).rows.map((it) => [it.id, it.lateWarning])).toEqual([
      [other, false],
      [id, true],
    ]);
    expect((await listed("late=true")).rows.map((it) => it.id)).toEqual([id]);
    expect((await listed("late=false")).rows.map((it) => it.id)).toEqual([other]);
    const counts = await alice.get(`/api/v1/deployments/counts?projectId=${project.projectId}`);
    expect(counts.body).toMatchObject({ total: 2, ok: 2, lateWarnings: 1 });
    expect(await notices()).toEqual([`late_warning ${id}`]);
    expect((await mallory.post(`/api/v1/deployment-notices/${id}/dismiss`)).status).toBe(404);
    expect(await notices(mallory)).toEqual([]);
    expect((await alice.post(`/api/v1/deployment-notices/${id}/dismiss`)).status).toBe(204);
    expect(await notices()).toEqual([]);
  });

  it("is told by mail once, as a rollback is: in each one's language, and no more when it was seen", async () => {
    const send = vi.spyOn(test.get(Mailer), "send").mockResolvedValue(true);
    try {
      await test.sql("update users set email_verified = (name = 'Alice'), locale = 'fr'");
      const late = await judged({ ago: 400 });
      await insertSamples(test, project, {
        fromSeconds: -300,
        toSeconds: -1,
        stepSeconds: 4,
        values: FAILING,
      });
      await makeDue(late, "hour");
      const another = () =>
        insertDeployment(test, project, { state: "superseded", startedIn: -9_000, environment: "staging" });
      const [bad, seen] = [await another(), await another()];
      // A warning at the end of a window waits on the page.
      await test.sql(
        `insert into deployment_notices (deployment_id, kind, workspace_id, dismissed_at)
         values ($1, 'rollback_recommended', $3, null), ($2, 'rollback_recommended', $3, now()),
           ($2, 'warning', $3, null)`,
        [bad, seen, project.workspaceId],
      );
      for (let times = 0; times < 2; times += 1)
        await Promise.all([1, 2].map(() => test.get(FollowUpJobs).sweepOnce()));
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
      const sweep = () => test.get(FollowUpJobs).sweepOnce();
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

  it("is steady where nothing got worse, inconclusive without samples, and skipped for another version", async () => {
    const id = await judged({ ago: 400 });
    await insertSamples(test, project, { fromSeconds: -300, toSeconds: -1, stepSeconds: 4 });
    await makeDue(id, "hour");
    await test.get(FollowUpsService).sweepOnce();
    await test.sql("delete from metric_samples where project_id = $1", [project.projectId]);
    await makeDue(id, "day");
    await test.get(FollowUpsService).sweepOnce();
    expect(await looks(id)).toEqual(["hour steady", "day inconclusive"]);
    const older = await judged({ ago: 200 });
    await judged({ ago: 70 });
    await makeDue(older, "hour");
    await test.get(FollowUpsService).sweepOnce();
    expect(await looks(older)).toEqual(["hour skipped", "day pending"]);
  });
});

describe("hints", () => {
  it("are listed across deployments, by severity and project, in the reader's language", async () => {
    const bad = await judged({ ago: 300, post: FAILING });
    await judged({ ago: 70 });
    const list = async (query = "", client = alice) =>
      (await client.get<Page<HintedDeployment>>(`/api/v1/hints?${query}`)).body.rows;
    const [critical] = await list("severity=critical");
    expect(critical?.deployment.id).toBe(bad);
    expect(critical?.hints.length).toBeGreaterThan(0);
    expect(new Set(critical?.hints.map(({ severity }) => severity))).toEqual(new Set(["critical"]));
    expect(critical?.hints[0]?.title.text).toMatch(/error/i);
    const all = await list(`projectId=${project.projectId}`);
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

describe("a dry run", () => {
  it("marks its verdicts, and nothing follows from them: no notice, no failed gate, no failure in DORA", async () => {
    const live = await judged({ ago: 600, post: FAILING });
    await change(null, { dryRun: true, metrics: {} });
    const id = await judged({ ago: 70, post: FAILING });
    expect(await verdictOf(id)).toMatchObject({ state: "rollback_recommended", dry_run: true });
    const read = async (deployment: string) =>
      (await alice.get<DeploymentWait>(`/api/v1/deployments/${deployment}/wait?seconds=0`)).body;
    expect(await read(live)).toMatchObject({ isFinal: true, gate: "failed", deployment: { dryRun: false } });
    expect(await read(id)).toMatchObject({ isFinal: true, gate: "passed", deployment: { dryRun: true } });
    expect(await notices()).toEqual([`rollback_recommended ${live}`]);
    const dora = await alice.get<Dora>(`/api/v1/analytics/dora?projectId=${project.projectId}`);
    expect(dora.body).toMatchObject({
      changeFailureRate: { measured: 1, total: 2 },
      judgements: { dryRuns: 1 },
    });
    const listed = await alice.get<Page<Deployment>>(
      `/api/v1/deployments?projectId=${project.projectId}&dryRun=true`,
    );
    expect(listed.body.rows.map((it) => it.id)).toEqual([id]);
    // Who judges a deployment has seen it.
    await say(live, "confirmed");
    expect(await notices()).toEqual([]);
  });

  it("is counted nowhere, and every number has a list with as many rows", async () => {
    const { registry } = test.get(HttpMetrics);
    registry.resetMetrics();
    const live = await judged({ ago: 600, post: FAILING });
    await change(null, { dryRun: true, metrics: {} });
    const tried = await judged({ ago: 70, post: FAILING });
    await say(tried, "false_alarm");
    const read = async <T>(route: string) => (await alice.get<T>(route)).body;
    const list = async (query: string) =>
      (await read<Page<Deployment>>(`/api/v1/deployments?${query}`)).rows.map(({ id }) => id);

    const shown = await read<Project>(path);
    expect(shown.stats).toEqual({ deployments: 2, ok: 0, warning: 0, rollbackRecommended: 1 });
    expect(shown.latest).toMatchObject({ id: tried, dryRun: true });
    expect((await read<Overview>("/api/v1/overview")).verdicts7d.rollbackRecommended).toBe(1);
    expect(await list("verdict=rollback_recommended&dryRun=false")).toEqual([live]);
    // What a list shows it shows marked, and it can be had alone.
    expect(await list("verdict=rollback_recommended")).toEqual([tried, live]);
    const counts = (query = "") => read<DeploymentCounts>(`/api/v1/deployments/counts?${query}`);
    expect(await counts()).toMatchObject({ total: 2, rollbackRecommended: 1, dryRun: 1 });
    expect(await counts("dryRun=false")).toMatchObject({ total: 1, rollbackRecommended: 1, dryRun: 0 });
    expect(await counts("dryRun=true")).toMatchObject({ total: 1, rollbackRecommended: 1, dryRun: 1 });

    const { days, ...hints } = await read<HintCounts>("/api/v1/hints/counts");
    const listHints = async (query: string) =>
      (await read<Page<HintedDeployment>>(`/api/v1/hints?${query}`)).rows;
    for (const severity of ["critical", "warning", "info"] as const) {
      const rows = await listHints(`severity=${severity}&dryRun=false&days=${days}`);
      expect([severity, rows.flatMap((row) => row.hints).length]).toEqual([severity, hints[severity]]);
    }
    expect(hints.critical).toBeGreaterThan(0);
    const ofTried = await listHints(`dryRun=true&days=${days}`);
    expect(ofTried.map(({ deployment }) => deployment.id)).toEqual([tried]);
    expect(ofTried[0]?.hints.length).toBe(hints.dryRun);
    await test.sql("update deployments set started_at = now() - interval '31 days' where id = $1", [live]);
    expect(await listHints(`dryRun=false&days=${days}`)).toEqual([]);

    expect(await read<VerdictQuality>(`${path}/verdict-quality`)).toMatchObject({ found: 1, falseAlarms: 0 });
    const counted = (name: string) => registry.getSingleMetricAsString(name);
    expect(await counted("seqpulse_analysis_verdict_total")).toMatch(
      /rollback_recommended",created="\w+"} 1\n?$/,
    );
    expect(await counted("seqpulse_analysis_quality_proxy_total")).not.toContain('false_rollback_proxy"} 1');
  });

  it("of one metric keeps that metric out of the verdict", async () => {
    await change(null, { metrics: { error_rate: { dryRun: true } } });
    const id = await judged({ post: FAILING });
    const kept = await verdictOf(id);
    expect(kept).toMatchObject({ state: "ok", dry_run: false });
    expect(kept?.document.reasons.map(({ key }) => key)).toContain("reason.dry_run");
    expect(await notices()).toEqual([]);
  });

  it("tells nobody of what a later look finds, whether it began before or after the verdict", async () => {
    const [before, after] = [await judged({ ago: 500 }), await judged({ ago: 500, environment: "staging" })];
    await test.sql("update verdicts set dry_run = true where deployment_id = $1", [before]);
    await change("staging", { dryRun: true, metrics: {} });
    await insertSamples(test, project, { fromSeconds: -300, toSeconds: -1, stepSeconds: 4, values: FAILING });
    await test.sql(
      "update verdict_follow_ups set due_at = clock_timestamp() - interval '1 ms' where look = 'hour'",
    );
    await test.get(FollowUpsService).sweepOnce();
    for (const id of [before, after])
      expect((await review(id)).followUps[0]).toMatchObject({ look: "hour", state: "warning" });
    expect(await notices()).toEqual([]);
  });
});

describe("feedback", () => {
  it("counts in the project's figures, the last word of it, and in the audit", async () => {
    const { registry } = test.get(HttpMetrics);
    registry.resetMetrics();
    const [first, second] = [
      await judged({ ago: 300, post: FAILING }),
      await judged({ ago: 70, post: FAILING }),
    ];
    expect((await review(first)).takesFeedback).toBe(true);
    await say(first, "false_alarm");
    expect((await say(first, "confirmed")).body.feedback?.judgement).toBe("confirmed");
    await say(second, "false_alarm");
    const quality = async () => (await alice.get<VerdictQuality>(`${path}/verdict-quality`)).body;
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
    const id = await judged({});
    expect((await review(id)).takesFeedback).toBe(false);
    expect((await say(id, "confirmed")).body.code).toBe("verdict_takes_no_feedback");
    expect((await say(id, "perhaps")).status).toBe(422);
  });
});

it("says the same 404 to strangers as for a thing that does not exist [IDOR-01]", async () => {
  const id = await judged({ post: FAILING });
  const routes: [string, string, object?][] = [
    ["GET", `/api/v1/deployments/${id}/review`],
    ["PUT", `/api/v1/deployments/${id}/feedback`, { judgement: "confirmed" }],
    ["DELETE", `/api/v1/deployments/${id}/feedback`],
    ["POST", `/api/v1/deployments/${id}/replay`, {}],
    ["GET", `/api/v1/deployments/${id}/verdict-input`],
    ["GET", `${path}/verdict-quality`],
    ["GET", `${path}/policies`],
    ["GET", `${path}/policies/history`],
    ["PUT", `${path}/policies`, { environment: null, document: {}, expectedVersion: 0 }],
    ["POST", `${path}/policies/preview`, { environment: null, document: {} }],
  ];
  for (const [method, route, body] of routes) {
    const options = body === undefined ? {} : { body };
    const foreign = await mallory.call<Problem>(method, route, options);
    const missing = route.replace(/[0-9a-f-]{36}/, "019f0000-0000-7000-8000-000000000000");
    const absent = await mallory.call<Problem>(method, missing, options);
    expect([route, foreign.status, foreign.body.code]).toEqual([route, 404, "not_found"]);
    expect([absent.status, absent.body.code]).toEqual([404, "not_found"]);
  }
  expect((await review(id)).feedback).toBeNull();
});
