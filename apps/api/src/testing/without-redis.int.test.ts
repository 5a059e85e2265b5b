import type { Provisioning, ProvisioningStarted } from "@pulsekeep/contracts/api/workers";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestApp, type TestApp } from "./test-app.js";
import { answerConsent } from "./test-consent.js";
import { eventually } from "./test-eventually.js";
import { createPulse, getRun, runNow } from "./test-pulse.js";
import { enrolTestWorker } from "./test-worker.js";

let test: TestApp;
beforeAll(async () => {
  test = await startTestApp({ transport: "postgres", standIn: true });
});
afterAll(() => test.close());

it("does the whole journey on PostgreSQL alone: sign-up, worker, pulse, run, and the news of it", async () => {
  expect(test.env.REDIS_URL).toBeUndefined();
  const alice = await test.signUp("Alice");
  const news = await alice.fetch("GET", "/api/v1/events");
  const reader = news.body?.getReader();
  let heard = "";
  const listening = (async () => {
    for (;;) {
      const part = await reader?.read().catch(() => undefined);
      if (part === undefined || part.done) return;
      heard += Buffer.from(part.value).toString();
    }
  })();
  const { body } = await alice.post<ProvisioningStarted>("/api/v1/provisionings", {});
  await alice.fetch("GET", await answerConsent(body.authorizeUrl));
  const done = await eventually(
    async () => {
      const now = (await alice.get<Provisioning>(`/api/v1/provisionings/${body.id}`)).body;
      return (now.state === "done" || now.state === "failed") && now;
    },
    { timeoutMs: 40_000 },
  );
  expect(done.state).toBe("done");
  const worker = await enrolTestWorker(test, alice);
  await worker.hello();
  const pulse = await createPulse(alice, worker);
  const waiting = worker.claim({ waitSeconds: 20 });
  const run = await runNow(alice, pulse);
  const [claimed] = await waiting;
  if (!claimed) throw new Error("nothing was claimed");
  await worker.report(claimed);
  expect(await getRun(alice, run.id)).toMatchObject({ state: "succeeded", attempts: 1 });
  await eventually(() => heard.includes(run.id) && heard.includes(worker.id));
  expect(await test.newClient().get("/health")).toMatchObject({ status: 200, body: { status: "ok" } });
  await reader?.cancel();
  await listening;
});
