import { SLACK_KINDS, type SlackTest } from "@pulsekeep/contracts/api/slack";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { newId } from "../../platform/ids.js";
import { startTestApp, type TestApp } from "../../testing/test-app.js";
import type { TestClient } from "../../testing/test-client.js";
import { besideTransaction, untilWaiting } from "../../testing/test-locks.js";
import { startTestSlack, type TestSlack } from "./test-slack.js";
import { createSlackProject, type SlackProject } from "./test-slack-project.js";

type Problem = { code: string };

let slack: TestSlack;
let test: TestApp;
let alice: TestClient;
let mallory: TestClient;
let shop: SlackProject;
beforeAll(async () => {
  slack = await startTestSlack();
  // No loops: nothing is sent by itself.
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
  shop = await createSlackProject(test, alice, slack);
  slack.answer({ status: 200, text: "ok" });
  slack.received.length = 0;
});

describe("a project's Slack settings", () => {
  it("keep the webhook sealed, and show what one tells it apart by", async () => {
    expect(await shop.settings()).toEqual({
      enabled: false,
      webhookUrlPreview: null,
      channel: "",
      kinds: SLACK_KINDS,
      switchedOff: null,
      deliveries: [],
    });
    const { status, body } = await shop.connect({
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
    expect((await shop.audited("slack.connected"))[0]?.facts).toMatchObject({
      lastFour: "wXyZ",
      replaced: null,
    });
    const changed = await shop.put({ enabled: false });
    expect(changed.body).toMatchObject({ enabled: false, channel: "#deploys" });
    expect((await shop.put({ webhookUrl: slack.otherWebhookUrl })).body).toMatchObject({
      enabled: false,
      webhookUrlPreview: expect.stringMatching(/aBcD$/),
    });
    expect((await alice.del(`${shop.path}/slack`)).status).toBe(204);
    expect(await shop.settings()).toMatchObject({ enabled: false, webhookUrlPreview: null });
    expect(await test.sql("select from slack_settings")).toEqual([]);
  });

  it("take an address of Slack alone, and nothing before there is one", async () => {
    expect(await shop.put({ enabled: true })).toMatchObject({
      status: 409,
      body: { code: "missing_webhook_url" },
    });
    expect(await alice.post(`${shop.path}/slack/test`)).toMatchObject({
      status: 409,
      body: { code: "missing_webhook_url" },
    });
    for (const webhookUrl of [
      "https://hooks.slack.com/services/T00000001/B00000001/SecretOfShopwXyZ",
      slack.webhookUrl.replace("127.0.0.1", "127.0.0.1.evil.example"),
      slack.webhookUrl.replace("127.0.0.1", "169.254.169.254"),
      `${slack.webhookUrl}?x`,
    ])
      expect(await shop.put({ webhookUrl })).toMatchObject({
        status: 422,
        body: { code: "slack_webhook_refused" },
      });
    expect((await shop.put({ kinds: ["everything"] })).status).toBe(422);
    expect(await test.sql("select from slack_settings")).toEqual([]);
  });

  it("ask for a recent sign-in before messages go elsewhere, or nowhere", async () => {
    await shop.connect();
    await test.sql("update sessions set created_at = now() - interval '11 minutes'");
    const refused = { status: 403, body: { code: "sign_in_again" } };
    expect(await shop.put({ webhookUrl: slack.otherWebhookUrl })).toMatchObject(refused);
    expect(await alice.del(`${shop.path}/slack`)).toMatchObject(refused);
    expect((await shop.put({ kinds: ["warning"] })).status).toBe(200);
    expect((await shop.settings()).webhookUrlPreview).toMatch(/wXyZ$/);
  });

  it("stay switched off when Slack ends them while somebody changes what there is to tell", async () => {
    await shop.connect();
    await besideTransaction(test, async (engine) => {
      await engine.query(
        "update slack_settings set enabled = false, switched_off_reason = 'no_service', switched_off_at = now()",
      );
      const changed = shop.put({ kinds: ["warning"] });
      await untilWaiting(test);
      await engine.query("commit");
      expect((await changed).body).toMatchObject({
        enabled: false,
        kinds: ["warning"],
        switchedOff: { reason: "no_service" },
      });
    });
  });

  it("are nobody else's: a stranger gets the same 404 as for what does not exist, and Slack hears nothing", async () => {
    await shop.connect();
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
    const foreign = await ask(mallory, `${shop.path}/slack`);
    expect(foreign).toEqual(await ask(mallory, nowhere));
    expect(new Set(foreign.map(([status]) => status))).toEqual(new Set([404]));
    const nobody = await ask(test.newClient(), `${shop.path}/slack`);
    expect(new Set(nobody.map(([status]) => status))).toEqual(new Set([401]));
    expect(await shop.settings()).toMatchObject({
      enabled: true,
      webhookUrlPreview: expect.stringMatching(/wXyZ$/),
    });
    expect(slack.received).toEqual([]);
  });
});

describe("a test message", () => {
  const ask = (body: object = {}) => alice.post<SlackTest>(`${shop.path}/slack/test`, body);

  it("answers with what Slack said, also while messages are switched off", async () => {
    await shop.connect({ enabled: false });
    expect((await ask({ text: "hello <!here>" })).body).toEqual({ ok: true, status: 200, answer: "ok" });
    expect(slack.received[0]?.path).toBe("/services/T00000001/B00000001/SecretOfShopwXyZ");
    expect(slack.received[0]?.message.blocks[1]?.text?.text).toContain("hello &lt;!here&gt;");
    slack.answer({ status: 400, text: "<html>a page of a proxy</html>" });
    expect((await ask()).body).toEqual({ ok: false, status: 400, answer: "http_400" });
    slack.answer({ status: 302, text: "", headers: { location: `${slack.url}/elsewhere` } });
    expect((await ask()).body).toEqual({ ok: false, status: 302, answer: "http_302" });
    expect(slack.received).toHaveLength(3);
    const [newest] = await shop.audited("slack.tested");
    expect(newest?.facts).toEqual({ answer: "http_302", switchedOff: false });
  });

  it("switches messages off when the webhook is gone, until it is switched on again", async () => {
    await shop.connect();
    slack.answer({ status: 404, text: "no_service" });
    expect((await ask()).body).toEqual({ ok: false, status: 404, answer: "no_service" });
    expect(await shop.settings()).toMatchObject({ enabled: false, switchedOff: { reason: "no_service" } });
    expect((await shop.put({ enabled: true })).body).toMatchObject({ enabled: true, switchedOff: null });
  });
});
