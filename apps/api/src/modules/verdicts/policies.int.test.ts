import type { Dora } from "@pulsekeep/contracts/api/analytics";
import type { DeploymentWait } from "@pulsekeep/contracts/api/ci";
import type {
  Deployment,
  DeploymentCounts,
  HintCounts,
  HintedDeployment,
  Overview,
} from "@pulsekeep/contracts/api/deployments";
import type { PolicyPreview } from "@pulsekeep/contracts/api/policies";
import type { Replay, VerdictQuality } from "@pulsekeep/contracts/api/verdicts";
import type { Project } from "@pulsekeep/contracts/api/projects";
import type { Page } from "@pulsekeep/contracts/api/shared";
import { replay, type VerdictInput } from "@pulsekeep/verdict";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startTestApp, type TestApp } from "../../testing/test-app.js";
import type { TestClient } from "../../testing/test-client.js";
import { insertSamples } from "../metrics/test-watched-project.js";
import { HttpMetrics } from "../observability/observability.ports.js";
import { FollowUpsService } from "./follow-ups.service.js";
import { createJudgedProject, type JudgedProject, readNotices } from "./test-judged-project.js";

let test: TestApp;
let alice: TestClient;

let shop: JudgedProject;
beforeAll(async () => {
  // No loops: the tests turn the analyst by hand.
  test = await startTestApp({ roles: ["http"] });
  alice = await test.signUp("Alice");
});
afterAll(() => test.close());
beforeEach(async () => {
  await test.sql("delete from projects");
  shop = await createJudgedProject(test, alice);
});

const FAILING = { error_rate: 0.2 };

describe("a project's policy", () => {
  it("decides the next verdict, by environment, and is kept with it", async () => {
    expect((await shop.change(null, { metrics: { error_rate: { critical: false } } })).status).toBe(200);
    const { body } = await shop.change("prod", {
      dryRun: true,
      metrics: { error_rate: { smallestAbsolute: 0.01 } },
    });
    expect(body.scopes.map(({ environment, version }) => [environment, version])).toEqual([
      [null, 1],
      ["prod", 1],
      ["staging", 0],
    ]);
    expect(body.scopes[1]?.inForce.error_rate).toMatchObject({ critical: false, smallestAbsolute: 0.01 });
    const id = await shop.judged({ post: FAILING });
    expect(await shop.verdictOf(id)).toMatchObject({
      state: "warning",
      dry_run: true,
      policy: { projectVersion: 1, environmentVersion: 1 },
    });
    expect(await shop.review(id)).toMatchObject({
      dryRun: true,
      policy: { projectVersion: 1, environmentVersion: 1 },
    });
    const staging = await shop.judged({ post: FAILING, environment: "staging" });
    expect(await shop.verdictOf(staging)).toMatchObject({
      dry_run: false,
      policy: { environmentVersion: 0 },
    });
  });

  it("is a version of its own with every change, and none is lost to another one", async () => {
    const rules = { metrics: { latency_p95: { smallestAbsolute: 20 } } };
    await shop.change(null, rules);
    expect((await shop.change(null, { metrics: {} })).body.code).toBe("conflict");
    expect((await shop.change(null, rules, 1)).body.scopes[0]?.version).toBe(1);
    const both = await Promise.all([
      shop.change(null, { dryRun: true }, 1),
      shop.change(null, { metrics: {} }, 1),
    ]);
    expect(both.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 409]);
    const { body } = await alice.get<{ rows: { version: number; document: object }[] }>(
      `${shop.path}/policies/history`,
    );
    expect(body.rows.map(({ version }) => version)).toEqual([2, 1]);
    expect(body.rows[1]?.document).toEqual(rules);
    const entries = await test.sql<{ facts: object }>(
      "select facts from audit_entries where action = 'policy.changed' and subject_id = $1 order by recorded_at",
      [shop.projectId],
    );
    expect(entries[0]?.facts).toEqual({
      environment: null,
      version: 1,
      rules: "latency_p95.smallestAbsolute",
    });
  });

  it("is refused for an environment that there is not, and with rules that make no sense", async () => {
    expect((await shop.change("moon", {})).body.code).toBe("ENVIRONMENT_UNKNOWN");
    expect((await shop.change(null, { metrics: { error_rate: { smallestAbsolute: 5 } } })).status).toBe(422);
  });

  it("shows what the last verdicts would have been with it", async () => {
    const bad = await shop.judged({ ago: 300, post: FAILING });
    const good = await shop.judged({ ago: 70 });
    const preview = (document: object, environment: string | null = null) =>
      alice.post<PolicyPreview>(`${shop.path}/policies/preview`, { environment, document });
    const { body } = await preview({ metrics: { error_rate: { muted: true } } });
    expect(body.rows.map(({ deploymentId, before, after }) => [deploymentId, before, after?.state])).toEqual([
      [good, "ok", "ok"],
      [bad, "rollback_recommended", "ok"],
    ]);
    expect(body.changed).toBe(1);
    const same = (await preview({ metrics: {} })).body;
    expect([same.changed, same.rows[1]?.after?.metrics]).toEqual([0, ["error_rate"]]);
    expect((await preview({ metrics: { error_rate: { muted: true } } }, "staging")).body.rows).toEqual([]);
    expect(
      (await alice.post(`${shop.path}/policies/preview`, { environment: "moon", document: {} })).body,
    ).toMatchObject({
      code: "ENVIRONMENT_UNKNOWN",
      errors: [{ path: "environment" }],
    });
    // Nothing was changed by looking.
    expect((await shop.verdictOf(bad))?.state).toBe("rollback_recommended");
    await test.sql("delete from metric_samples where project_id = $1", [shop.projectId]);
    expect((await preview({ metrics: {} })).body.rows[0]?.after).toBeNull();
  });
});

describe("a dry run", () => {
  it("marks its verdicts, and nothing follows from them: no notice, no failed gate, no failure in DORA", async () => {
    const live = await shop.judged({ ago: 600, post: FAILING });
    await shop.change(null, { dryRun: true, metrics: {} });
    const id = await shop.judged({ ago: 70, post: FAILING });
    expect(await shop.verdictOf(id)).toMatchObject({ state: "rollback_recommended", dry_run: true });
    const read = async (deployment: string) =>
      (await alice.get<DeploymentWait>(`/api/v1/deployments/${deployment}/wait?seconds=0`)).body;
    expect(await read(live)).toMatchObject({ isFinal: true, gate: "failed", deployment: { dryRun: false } });
    expect(await read(id)).toMatchObject({ isFinal: true, gate: "passed", deployment: { dryRun: true } });
    expect(await readNotices(alice)).toEqual([`rollback_recommended ${live}`]);
    const dora = await alice.get<Dora>(`/api/v1/analytics/dora?projectId=${shop.projectId}`);
    expect(dora.body).toMatchObject({
      changeFailureRate: { measured: 1, total: 2 },
      judgements: { dryRuns: 1 },
    });
    const listed = await alice.get<Page<Deployment>>(
      `/api/v1/deployments?projectId=${shop.projectId}&dryRun=true`,
    );
    expect(listed.body.rows.map((it) => it.id)).toEqual([id]);
    // Who judges a deployment has seen it.
    await shop.say(live, "confirmed");
    expect(await readNotices(alice)).toEqual([]);
  });

  it("is counted nowhere, and every number has a list with as many rows", async () => {
    const { registry } = test.get(HttpMetrics);
    registry.resetMetrics();
    const live = await shop.judged({ ago: 600, post: FAILING });
    await shop.change(null, { dryRun: true, metrics: {} });
    const tried = await shop.judged({ ago: 70, post: FAILING });
    await shop.say(tried, "false_alarm");
    const read = async <T>(route: string) => (await alice.get<T>(route)).body;
    const list = async (query: string) =>
      (await read<Page<Deployment>>(`/api/v1/deployments?${query}`)).rows.map(({ id }) => id);

    const shown = await read<Project>(shop.path);
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

    expect(await read<VerdictQuality>(`${shop.path}/verdict-quality`)).toMatchObject({
      found: 1,
      falseAlarms: 0,
    });
    const counted = (name: string) => registry.getSingleMetricAsString(name);
    expect(await counted("seqpulse_analysis_verdict_total")).toMatch(
      /rollback_recommended",created="\w+"} 1\n?$/,
    );
    expect(await counted("seqpulse_analysis_quality_proxy_total")).not.toContain('false_rollback_proxy"} 1');
  });

  it("of one metric keeps that metric out of the verdict", async () => {
    await shop.change(null, { metrics: { error_rate: { dryRun: true } } });
    const id = await shop.judged({ post: FAILING });
    const kept = await shop.verdictOf(id);
    expect(kept).toMatchObject({ state: "ok", dry_run: false });
    expect(kept?.document.reasons.map(({ key }) => key)).toContain("reason.dry_run");
    expect(await readNotices(alice)).toEqual([]);
  });

  it("tells nobody of what a later look finds, whether it began before or after the verdict", async () => {
    const [before, after] = [
      await shop.judged({ ago: 500 }),
      await shop.judged({ ago: 500, environment: "staging" }),
    ];
    await test.sql("update verdicts set dry_run = true where deployment_id = $1", [before]);
    await shop.change("staging", { dryRun: true, metrics: {} });
    await insertSamples(test, shop, { fromSeconds: -300, toSeconds: -1, stepSeconds: 4, values: FAILING });
    await test.sql(
      "update verdict_follow_ups set due_at = clock_timestamp() - interval '1 ms' where look = 'hour'",
    );
    await test.get(FollowUpsService).sweepOnce();
    for (const id of [before, after])
      expect((await shop.review(id)).followUps[0]).toMatchObject({ look: "hour", state: "warning" });
    expect(await readNotices(alice)).toEqual([]);
  });
});

describe("a stored deployment", () => {
  it("is replayed with another policy by the API, and with the command's files", async () => {
    const id = await shop.judged({ post: FAILING });
    const kept = await shop.verdictOf(id);
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
    const before = await shop.judged({ ago: 300, post: FAILING });
    // One way of measuring takes the place of another.
    for (const source of ["push", "endpoint"])
      expect((await alice.call("PUT", `${shop.path}/source`, { body: { source } })).status).toBe(200);
    const [endpoint] = await test.sql<{ is_new: boolean }>(
      "select baseline_version > 1 and baseline_since is not null as is_new from metric_endpoints where project_id = $1",
      [shop.projectId],
    );
    expect(endpoint?.is_new).toBe(true);
    const replayed = async (id: string) =>
      (await alice.post<Replay>(`/api/v1/deployments/${id}/replay`, {})).body.replayed.state;
    expect(await replayed(before)).toBe("rollback_recommended");
    const { body } = await alice.post<PolicyPreview>(`${shop.path}/policies/preview`, {
      environment: null,
      document: { metrics: {} },
    });
    expect(body.changed).toBe(0);
    // What was measured elsewhere is no baseline of this one.
    const after = await shop.judged({ ago: 70 });
    expect((await shop.verdictOf(after))?.state).toBe("inconclusive");
  });

  it("is compared with clean deployments before it, false alarms among them", async () => {
    await shop.judged({ ago: 3_000 });
    const alarm = await shop.judged({ ago: 2_000, post: { latency_p95: 90 } });
    const earlier = async (id: string) =>
      (await alice.get<VerdictInput>(`/api/v1/deployments/${id}/verdict-input`)).body.history?.length;
    const id = await shop.judged({ ago: 70 });
    expect(await earlier(id)).toBe(1);
    await shop.say(alarm, "false_alarm");
    expect(await earlier(id)).toBe(2);
  });
});
