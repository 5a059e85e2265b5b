import { SLACK_KINDS, type SlackSettings, type SlackTest } from "@pulsekeep/contracts/api/slack";
import type { AuditEntry } from "@pulsekeep/contracts/api/identity";
import type { Page } from "@pulsekeep/contracts/api/shared";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { newId } from "../../platform/ids.js";
import { Mailer } from "../../platform/mailer.js";
import { startTestApp, type TestApp } from "../../testing/test-app.js";
import type { TestClient } from "../../testing/test-client.js";
import { createTestProject } from "../../testing/test-project.js";
import { insertDeployment, insertSamples, type TestProject } from "../metrics/test-watched-project.js";
import { AnalystJobs } from "../verdicts/analyst.jobs.js";
import { FollowUpsService } from "../verdicts/follow-ups.service.js";
import { SlackDeliveriesService } from "./slack-deliveries.service.js";
import { startTestSlack } from "./test-slack.js";

type Problem = { code: string };

let slack: Awaited<ReturnType<typeof startTestSlack>>;
let test: TestApp;
let alice: TestClient;
let mallory: TestClient;
let project: TestProject;
let path: string;
beforeAll(async () => {
  slack = await startTestSlack();
  // No loops: the tests send by hand.
  test = await startTestApp({ roles: ["http"], env: { SLACK_HOOKS_URL: slack.url } });
  [alice, mallory] = [await test.signUp("Alice"), await test.signUp("Mallory")];
});
afterAll(async () => {
  await test.close();
  await slack.close();
});
beforeEach(async () => {
  await test.sql("delete from projects");
  await test.sql("update sessions set created_at = now()");
  const created = await createTestProject(alice, { environments: ["prod", "staging"] });
  path = created.path;
  const [row] = await test.sql<{ workspace_id: string }>("select workspace_id from projects where id = $1", [
    created.id,
  ]);
  project = { projectId: created.id, workspaceId: row?.workspace_id ?? "" };
  slack.answer({ status: 200, text: "ok" });
  slack.received.length = 0;
});

const put = (body: object, client = alice) =>
  client.call<SlackSettings & Problem>("PUT", `${path}/slack`, { body });
const connect = (more: object = {}) => put({ webhookUrl: slack.webhookUrl, ...more });
const settings = async () => (await alice.get<SlackSettings>(`${path}/slack`)).body;
const send = () => test.get(SlackDeliveriesService).sendDue();
const titles = () => slack.received.map(({ message }) => message.text);
const last = async () => (await settings()).deliveries[0];
const audited = async (action: string) =>
  (await alice.get<Page<AuditEntry>>(`/api/v1/audit?limit=100&action=${action}`)).body.rows.filter(
    ({ subject }) => subject.id === project.projectId,
  );

/** A deployment with a verdict of its own: as the analyst gave it to what was measured. */
async function judged({
  ago = 70,
  errors = 0,
  cpu = 0.2,
  ...more
}: {
  ago?: number;
  errors?: number;
  cpu?: number;
  result?: "failed";
  environment?: string;
} = {}) {
  const id = await insertDeployment(test, project, {
    state: "observing",
    startedIn: -ago - 5,
    finishedIn: -ago,
    observeUntilIn: -ago + 60,
    nextActionIn: -1,
    ...more,
  });
  await test.sql("delete from metric_samples where project_id = $1", [project.projectId]);
  await insertSamples(test, project, { fromSeconds: -ago - 85, toSeconds: -ago - 6 });
  await insertSamples(test, project, {
    fromSeconds: -ago + 1,
    toSeconds: -ago + 60,
    values: { error_rate: errors, cpu_usage: cpu },
  });
  await test.get(AnalystJobs).sweepOnce();
  return id;
}

/** A message that waits, whatever was measured. */
async function queued(count = 1): Promise<string[]> {
  const ids: string[] = [];
  for (let made = 0; made < count; made += 1) {
    const id = await insertDeployment(test, project, { state: "superseded", startedIn: -90 + made });
    await test.sql(
      `insert into slack_deliveries (deployment_id, moment, workspace_id, project_id, kind)
       values ($1, 'verdict', $2, $3, 'warning')`,
      [id, project.workspaceId, project.projectId],
    );
    ids.push(id);
  }
  return ids;
}
const makeDue = () =>
  test.sql(
    "update slack_deliveries set next_attempt_at = now() - interval '1 ms' where next_attempt_at is not null",
  );
const waits = () =>
  test.sql<{ seconds: number; attempts: number }>(
    `select round(extract(epoch from next_attempt_at - now()) / 10)::int * 10 as seconds, attempts
     from slack_deliveries where state = 'queued'`,
  );

describe("a project's Slack settings", () => {
  it("keep the webhook sealed, and show what one tells it apart by", async () => {
    expect(await settings()).toEqual({
      enabled: false,
      webhookUrlPreview: null,
      channel: "",
      kinds: SLACK_KINDS,
      switchedOff: null,
      deliveries: [],
    });
    const { status, body } = await connect({
      channel: "#deploys",
      kinds: ["warning", "rollback_recommended"],
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      enabled: true,
      webhookUrlPreview: `${slack.url}/services/…/…/…wXyZ`,
      channel: "#deploys",
      kinds: ["rollback_recommended", "warning"],
    });
    expect(JSON.stringify(body)).not.toContain("SecretOfShop");
    const [row] = await test.sql<{ sealed: Buffer; text: string }>(
      "select webhook_url_sealed as sealed, s::text as text from slack_settings s",
    );
    expect(row?.sealed.length).toBeGreaterThan(slack.webhookUrl.length);
    expect(row?.sealed.includes("SecretOfShop")).toBe(false);
    expect(row?.text).not.toContain("SecretOfShop");
    expect((await audited("slack.connected"))[0]?.facts).toMatchObject({ lastFour: "wXyZ", replaced: null });
    const changed = await put({ enabled: false });
    expect(changed.body).toMatchObject({ enabled: false, channel: "#deploys" });
    expect((await put({ webhookUrl: slack.otherWebhookUrl })).body).toMatchObject({
      enabled: false,
      webhookUrlPreview: expect.stringMatching(/aBcD$/),
    });
    expect((await alice.del(`${path}/slack`)).status).toBe(204);
    expect(await settings()).toMatchObject({ enabled: false, webhookUrlPreview: null });
    expect(await test.sql("select from slack_settings")).toEqual([]);
  });

  it("take an address of Slack alone, and nothing before there is one", async () => {
    expect(await put({ enabled: true })).toMatchObject({
      status: 409,
      body: { code: "missing_webhook_url" },
    });
    expect(await alice.post(`${path}/slack/test`)).toMatchObject({
      status: 409,
      body: { code: "missing_webhook_url" },
    });
    for (const webhookUrl of [
      "https://hooks.slack.com/services/T00000001/B00000001/SecretOfShopwXyZ",
      slack.webhookUrl.replace("127.0.0.1", "127.0.0.1.evil.example"),
      slack.webhookUrl.replace("127.0.0.1", "169.254.169.254"),
      `${slack.webhookUrl}?x`,
    ])
      expect(await put({ webhookUrl })).toMatchObject({
        status: 422,
        body: { code: "slack_webhook_refused" },
      });
    expect((await put({ kinds: ["everything"] })).status).toBe(422);
    expect(await test.sql("select from slack_settings")).toEqual([]);
  });

  it("ask for a recent sign-in before messages go elsewhere, or nowhere", async () => {
    await connect();
    await test.sql("update sessions set created_at = now() - interval '11 minutes'");
    const refused = { status: 403, body: { code: "sign_in_again" } };
    expect(await put({ webhookUrl: slack.otherWebhookUrl })).toMatchObject(refused);
    expect(await alice.del(`${path}/slack`)).toMatchObject(refused);
    expect((await put({ kinds: ["warning"] })).status).toBe(200);
    expect((await settings()).webhookUrlPreview).toMatch(/wXyZ$/);
  });

  it("are nobody else's: a stranger gets the same 404 as for what does not exist, and Slack hears nothing", async () => {
    await connect();
    const nowhere = `/api/v1/projects/${newId()}/slack`;
    const ask = async (client: TestClient, base: string) => {
      const answers = [
        await client.get<Problem>(base),
        await client.call<Problem>("PUT", base, { body: { webhookUrl: slack.otherWebhookUrl } }),
        await client.call<Problem>("PUT", base, { body: { enabled: false } }),
        await client.post<Problem>(`${base}/test`),
        await client.del<Problem>(base),
      ];
      return answers.map(({ status, body }) => [status, body.code]);
    };
    const foreign = await ask(mallory, `${path}/slack`);
    expect(foreign).toEqual(await ask(mallory, nowhere));
    expect(new Set(foreign.map(([status]) => status))).toEqual(new Set([404]));
    const nobody = await ask(test.newClient(), `${path}/slack`);
    expect(new Set(nobody.map(([status]) => status))).toEqual(new Set([401]));
    expect(await settings()).toMatchObject({
      enabled: true,
      webhookUrlPreview: expect.stringMatching(/wXyZ$/),
    });
    expect(slack.received).toEqual([]);
  });
});

describe("a test message", () => {
  const ask = (body: object = {}) => alice.post<SlackTest>(`${path}/slack/test`, body);

  it("answers with what Slack said, also while messages are switched off", async () => {
    await connect({ enabled: false });
    expect((await ask({ text: "hello <!here>" })).body).toEqual({ ok: true, status: 200, answer: "ok" });
    expect(slack.received[0]?.path).toBe("/services/T00000001/B00000001/SecretOfShopwXyZ");
    expect(slack.received[0]?.message.blocks[1]?.text?.text).toContain("hello &lt;!here&gt;");
    slack.answer({ status: 400, text: "<html>a page of a proxy</html>" });
    expect((await ask()).body).toEqual({ ok: false, status: 400, answer: "http_400" });
    slack.answer({ status: 302, text: "", headers: { location: `${slack.url}/elsewhere` } });
    expect((await ask()).body).toEqual({ ok: false, status: 302, answer: "http_302" });
    expect(slack.received).toHaveLength(3);
    const [newest] = await audited("slack.tested");
    expect(newest?.facts).toEqual({ answer: "http_302", switchedOff: false });
  });

  it("switches messages off when the webhook is gone, until it is switched on again", async () => {
    await connect();
    slack.answer({ status: 404, text: "no_service" });
    expect((await ask()).body).toEqual({ ok: false, status: 404, answer: "no_service" });
    expect(await settings()).toMatchObject({ enabled: false, switchedOff: { reason: "no_service" } });
    expect((await put({ enabled: true })).body).toMatchObject({ enabled: true, switchedOff: null });
  });
});

describe("a deployment's message", () => {
  it("is one for its verdict, in the language of the workspace's owner, whoever sends it", async () => {
    await connect();
    await test.sql("update users set locale = 'fr'");
    try {
      const id = await judged({ errors: 0.3 });
      await test.get(AnalystJobs).sweepOnce();
      await Promise.all([send(), send(), send()]);
      expect(titles()).toEqual([
        ":rotating_light: Critique : revenir en arrière ? Shop, déploiement 1 (prod)",
      ]);
      const texts = JSON.stringify(slack.received[0]?.message.blocks);
      expect(texts).toContain("retour en arrière recommandé");
      expect(texts).toContain(`${test.url}/app/deployments/${id}`);
      expect(texts).toMatch(/• /);
      expect(await last()).toMatchObject({
        deploymentId: id,
        kind: "rollback_recommended",
        state: "sent",
        attempts: 1,
      });
      expect(await send()).toBe("idle");
    } finally {
      await test.sql("update users set locale = 'en'");
    }
  });

  it("defect 8: is never critical for a warning, and not sent for what nobody wants to hear", async () => {
    await connect({ kinds: ["rollback_recommended", "warning"] });
    await judged({ cpu: 0.9 });
    await judged({ environment: "staging" });
    await send();
    expect(titles()).toEqual([":warning: Warning: Shop, deployment 1 (prod)"]);
    expect(JSON.stringify(slack.received)).not.toMatch(/critical/i);
    await put({ kinds: [] });
    await judged({ errors: 0.3 });
    await put({ kinds: ["rollback_recommended"], enabled: false });
    await judged({ errors: 0.3 });
    expect(await send()).toBe("idle");
  });

  it("defect 8: is one when the pipeline failed and the project gets its first verdict", async () => {
    await connect();
    const failed = await judged({ result: "failed" });
    await send();
    expect(titles()).toEqual([":x: Pipeline failed: Shop, deployment 1 (prod)"]);
    expect((await settings()).deliveries.map(({ deploymentId, kind }) => [deploymentId, kind])).toEqual([
      [failed, "pipeline_failed"],
    ]);
    await judged();
    await send();
    expect(slack.received).toHaveLength(1);
  });

  it("tells of the first verdict of a project, once", async () => {
    await connect();
    await judged();
    await judged();
    await send();
    expect(titles()).toEqual([":mag: First verdict for Shop: OK (prod)"]);
  });

  it("is another one when a later look warns, and one for all later looks", async () => {
    await connect({ kinds: ["late_warning"] });
    const id = await judged({ ago: 400 });
    await insertSamples(test, project, {
      fromSeconds: -300,
      toSeconds: -1,
      stepSeconds: 4,
      values: { error_rate: 0.2 },
    });
    for (const look of ["hour", "day"]) {
      await test.sql(
        "update verdict_follow_ups set due_at = now() - interval '1 second' where deployment_id = $1 and look = $2",
        [id, look],
      );
      await test.get(FollowUpsService).sweepOnce();
    }
    await send();
    await send();
    expect(titles()).toEqual([":warning: Late warning: Shop, deployment 1 (prod)"]);
    expect(JSON.stringify(slack.received[0]?.message.blocks)).toMatch(/\*Verdict\*\\nOK/);
    expect(await last()).toMatchObject({ kind: "late_warning", state: "sent" });
  });

  it("waits while nobody sends, and survives it", async () => {
    await connect();
    await judged({ errors: 0.3 });
    await test.restart();
    await send();
    expect(slack.received).toHaveLength(1);
  });
});

describe("delivery", () => {
  it("tries again after 30, 120 and 300 seconds, then gives up and says why", async () => {
    await connect();
    await queued();
    slack.answer({ status: 500, text: "rollup_error" });
    const seen: unknown[] = [];
    for (let attempt = 1; attempt <= 4; attempt += 1) {
      await send();
      // Nothing before its time.
      await send();
      seen.push(...(await waits()));
      await makeDue();
    }
    expect(seen).toEqual([
      { seconds: 30, attempts: 1 },
      { seconds: 120, attempts: 2 },
      { seconds: 300, attempts: 3 },
    ]);
    expect(slack.received).toHaveLength(4);
    expect(await last()).toMatchObject({
      state: "failed",
      reason: "rollup_error",
      attempts: 4,
      nextAttemptAt: null,
      endedAt: expect.any(String),
    });
  });

  it("leaves a project's webhook alone for as long as Slack asks, and counts that as no attempt", async () => {
    await connect();
    await queued(2);
    slack.answer({ status: 429, text: "rate_limited", headers: { "retry-after": "70" } });
    await send();
    await makeDue();
    expect(await send()).toBe("idle");
    expect(slack.received).toHaveLength(1);
    expect((await settings()).deliveries).toMatchObject([
      { state: "queued", attempts: 0, reason: null },
      { state: "queued", attempts: 0, reason: "rate_limited" },
    ]);
    await test.sql("update slack_settings set held_until = now() - interval '1 ms'");
    slack.answer({ status: 200, text: "ok" });
    await makeDue();
    await send();
    await send();
    expect((await settings()).deliveries.map(({ state }) => state)).toEqual(["sent", "sent"]);
  });

  it("ends with a dead webhook: switched off, told by mail, recorded, and the rest is not tried", async () => {
    const mail = vi.spyOn(test.get(Mailer), "send").mockResolvedValue(true);
    try {
      await test.sql("update users set email_verified = (name = 'Alice'), locale = 'de'");
      await connect();
      await queued(2);
      slack.answer({ status: 410, text: "channel_is_archived" });
      await send();
      await send();
      expect(slack.received).toHaveLength(1);
      const { enabled, switchedOff, deliveries } = await settings();
      expect({ enabled, reason: switchedOff?.reason }).toEqual({
        enabled: false,
        reason: "channel_is_archived",
      });
      expect(deliveries.map(({ state, reason }) => [state, reason])).toEqual([
        ["suppressed", "integration_disabled"],
        ["failed", "channel_is_archived"],
      ]);
      expect(mail.mock.calls.map(([sent]) => sent)).toMatchObject([
        {
          to: "alice@example.test",
          template: "slack_switched_off",
          locale: "de",
          params: { project: "Shop", reason: "channel_is_archived" },
        },
      ]);
      const [entry] = await audited("slack.switched_off");
      expect(entry).toMatchObject({ actor: { kind: "system" }, facts: { reason: "channel_is_archived" } });
    } finally {
      mail.mockRestore();
      await test.sql("update users set locale = 'en'");
    }
  });

  it("sends nothing without a webhook, and nothing that is too old to be news", async () => {
    await connect();
    await queued(2);
    await test.sql(
      `update slack_deliveries set queued_at = now() - interval '7 hours'
       where deployment_id = (select deployment_id from slack_deliveries order by queued_at limit 1)`,
    );
    await send();
    await alice.del(`${path}/slack`);
    await send();
    expect((await settings()).deliveries.map(({ reason }) => String(reason)).toSorted()).toEqual([
      "missing_webhook_url",
      "too_late",
    ]);
    expect(slack.received).toEqual([]);
  });
});
