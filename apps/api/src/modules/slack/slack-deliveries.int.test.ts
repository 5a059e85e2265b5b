import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { Databases } from "../../platform/database.js";
import { Mailer } from "../../platform/mailer.js";
import { startTestApp, type TestApp } from "../../testing/test-app.js";
import type { TestClient } from "../../testing/test-client.js";
import { insertDeployment, insertSamples } from "../metrics/test-watched-project.js";
import { AnalystJobs } from "../verdicts/analyst.jobs.js";
import { FollowUpsService } from "../verdicts/follow-ups.service.js";
import { judgeDeployment, type JudgedDeployment } from "../verdicts/test-judged-deployment.js";
import { type ClaimedDelivery, claimDeliveries } from "./claim-deliveries.js";
import { SlackDeliveriesService } from "./slack-deliveries.service.js";
import { SlackOutcomesService } from "./slack-outcomes.service.js";
import { startTestSlack, type TestSlack } from "./test-slack.js";
import { createSlackProject, type SlackProject } from "./test-slack-project.js";

let slack: TestSlack;
let test: TestApp;
let alice: TestClient;
let shop: SlackProject;
beforeAll(async () => {
  slack = await startTestSlack();
  // No loops: the tests send by hand.
  test = await startTestApp({ roles: ["http"], env: { SLACK_HOOKS_URL: slack.url } });
  alice = await test.signUp("Alice");
});
afterAll(async () => {
  await test.close();
  await slack.close();
});
beforeEach(async () => {
  await test.sql("delete from projects");
  shop = await createSlackProject(test, alice, slack);
  slack.answer({ status: 200, text: "ok" });
  slack.received.length = 0;
});

const send = () => test.get(SlackDeliveriesService).sendDue();
const titles = () => slack.received.map(({ message }) => message.text);
const last = async () => (await shop.settings()).deliveries[0];

const FAILING = { error_rate: 0.3 };

/** A deployment with a verdict of its own: as the analyst gave it to what was measured. */
async function judged(deployment: JudgedDeployment = {}) {
  await test.sql("delete from metric_samples where project_id = $1", [shop.projectId]);
  return judgeDeployment(test, shop, deployment);
}

/** A message that waits, whatever was measured. */
async function queued(count = 1): Promise<string[]> {
  const ids: string[] = [];
  for (let made = 0; made < count; made += 1) {
    const id = await insertDeployment(test, shop, { state: "superseded", startedIn: -90 + made });
    await test.sql(
      `insert into slack_deliveries (deployment_id, moment, workspace_id, project_id, kind)
       values ($1, 'verdict', $2, $3, 'warning')`,
      [id, shop.workspaceId, shop.projectId],
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

describe("a deployment's message", () => {
  it("is one for its verdict, in the language of the workspace's owner, whoever sends it", async () => {
    await shop.connect();
    await test.sql("update users set locale = 'fr'");
    try {
      const id = await judged({ post: FAILING });
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
    await shop.connect({ kinds: ["rollback_recommended", "warning"] });
    await judged({ post: { cpu_usage: 0.9 } });
    await judged({ environment: "staging" });
    await send();
    expect(titles()).toEqual([":warning: Warning: Shop, deployment 1 (prod)"]);
    expect(JSON.stringify(slack.received)).not.toMatch(/critical/i);
    await shop.put({ kinds: [] });
    await judged({ post: FAILING });
    await shop.put({ kinds: ["rollback_recommended"], enabled: false });
    await judged({ post: FAILING });
    expect(await send()).toBe("idle");
  });

  it("defect 8: is one when the pipeline failed and the project gets its first verdict", async () => {
    await shop.connect();
    const failed = await judged({ result: "failed" });
    await send();
    expect(titles()).toEqual([":x: Pipeline failed: Shop, deployment 1 (prod)"]);
    expect((await shop.settings()).deliveries.map(({ deploymentId, kind }) => [deploymentId, kind])).toEqual([
      [failed, "pipeline_failed"],
    ]);
    await judged();
    await send();
    expect(slack.received).toHaveLength(1);
  });

  it("tells of the first verdict of a project, once", async () => {
    await shop.connect();
    await judged();
    await judged();
    await send();
    expect(titles()).toEqual([":mag: First verdict for Shop: OK (prod)"]);
  });

  it("is another one when a later look warns, and one for all later looks", async () => {
    await shop.connect({ kinds: ["late_warning"] });
    const id = await judged({ ago: 400 });
    await insertSamples(test, shop, {
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
    await shop.connect();
    await judged({ post: FAILING });
    await test.restart();
    await send();
    expect(slack.received).toHaveLength(1);
  });
});

describe("delivery", () => {
  it("tries again after 30, 120 and 300 seconds, then gives up and says why", async () => {
    await shop.connect();
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
    await shop.connect();
    await queued(2);
    slack.answer({ status: 429, text: "rate_limited", headers: { "retry-after": "70" } });
    await send();
    await makeDue();
    expect(await send()).toBe("idle");
    expect(slack.received).toHaveLength(1);
    expect((await shop.settings()).deliveries).toMatchObject([
      { state: "queued", attempts: 0, reason: null },
      { state: "queued", attempts: 0, reason: "rate_limited" },
    ]);
    await test.sql("update slack_settings set held_until = now() - interval '1 ms'");
    slack.answer({ status: 200, text: "ok" });
    await makeDue();
    await send();
    await send();
    expect((await shop.settings()).deliveries.map(({ state }) => state)).toEqual(["sent", "sent"]);
  });

  it("is one message of a project at a time, however many send", async () => {
    await shop.connect();
    await queued(2);
    await makeDue();
    const claim = () => claimDeliveries(test.get(Databases).engine);
    const [first, ...others] = await claim();
    // Another sender, while the first one waits for Slack's answer.
    expect([others, await claim()]).toEqual([[], []]);
    await test.get(SlackOutcomesService).record(first as ClaimedDelivery, { kind: "sent" }, undefined);
    const [second] = await claim();
    expect(second?.deploymentId).not.toBe(first?.deploymentId);
    // Whoever took it has died: nobody else's turn is over for that.
    await makeDue();
    expect(await claim()).toMatchObject([{ deploymentId: second?.deploymentId, attempts: 2 }]);
  });

  it("leaves the new webhook alone when it is the old one that asks for a pause", async () => {
    await shop.connect();
    const [deploymentId = ""] = await queued();
    const { projectId, workspaceId } = shop;
    const delivery = { deploymentId, projectId, workspaceId, moment: "verdict", kind: "warning" } as const;
    await test
      .get(SlackOutcomesService)
      .record(
        { ...delivery, attempts: 1, isTooLate: false },
        { kind: "pause", afterSeconds: 70, reason: "rate_limited" },
        Buffer.from("what was tried, before it was replaced"),
      );
    await makeDue();
    await send();
    expect(slack.received).toHaveLength(1);
  });

  it("is over for everybody before anything is heard of one whose webhook cannot be opened", async () => {
    await shop.connect();
    await queued();
    await test.sql("update slack_settings set webhook_url_sealed = 'broken'");
    shop = await createSlackProject(test, alice, slack);
    await shop.connect();
    await queued();
    await expect(send()).rejects.toThrow();
    expect(slack.received).toHaveLength(1);
    expect(await last()).toMatchObject({ state: "sent" });
  });

  it("ends with a dead webhook: switched off, told by mail, recorded, and the rest is not tried", async () => {
    const mail = vi.spyOn(test.get(Mailer), "send").mockResolvedValue(true);
    try {
      await test.sql("update users set email_verified = (name = 'Alice'), locale = 'de'");
      await shop.connect();
      await queued(2);
      slack.answer({ status: 410, text: "channel_is_archived" });
      await send();
      await send();
      expect(slack.received).toHaveLength(1);
      const { enabled, switchedOff, deliveries } = await shop.settings();
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
      const [entry] = await shop.audited("slack.switched_off");
      expect(entry).toMatchObject({ actor: { kind: "system" }, facts: { reason: "channel_is_archived" } });
    } finally {
      mail.mockRestore();
      await test.sql("update users set locale = 'en'");
    }
  });

  it("sends nothing without a webhook, and nothing that is too old to be news", async () => {
    await shop.connect();
    await queued(2);
    await test.sql(
      `update slack_deliveries set queued_at = now() - interval '7 hours'
       where deployment_id = (select deployment_id from slack_deliveries order by queued_at limit 1)`,
    );
    await send();
    await alice.del(`${shop.path}/slack`);
    await send();
    expect((await shop.settings()).deliveries.map(({ reason }) => String(reason)).toSorted()).toEqual([
      "missing_webhook_url",
      "too_late",
    ]);
    expect(slack.received).toEqual([]);
  });
});
