import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestApp, type TestApp } from "../../testing/test-app.js";
import type { TestClient } from "../../testing/test-client.js";
import { eventually } from "../../testing/test-eventually.js";
import { createPulse } from "../../testing/test-pulse.js";
import { enrolTestWorker, type TestWorker } from "../../testing/test-worker.js";

let test: TestApp;
let alice: TestClient;
let bob: TestClient;
let worker: TestWorker;
beforeAll(async () => {
  test = await startTestApp();
  [alice, bob] = [await test.signUp("Alice"), await test.signUp("Bob")];
  worker = await enrolTestWorker(test, alice);
});
afterAll(() => test.close());

it("tells one's own workspace what changed, and no other [IDOR-09]", async () => {
  const [mine, theirs] = [await listen(alice), await listen(bob)];
  const pulse = await createPulse(alice, worker);
  await eventually(() => mine.text().includes(pulse.id));
  expect(mine.text()).toContain("event: notice");
  // A notice of Bob's own comes after Alice's in the same channel: when it is there, hers is not to come.
  const own = await createPulse(bob, await enrolTestWorker(test, bob));
  await eventually(() => theirs.text().includes(own.id));
  expect(theirs.text()).not.toContain(pulse.id);
  await Promise.all([mine.close(), theirs.close()]);
});

it("is kept by no cache, and says who answered", async () => {
  const stream = await listen(alice);
  expect(Object.fromEntries(stream.headers)).toMatchObject({
    "content-type": expect.stringContaining("text/event-stream"),
    "cache-control": "no-store, no-transform",
    "x-request-id": expect.stringMatching(/^[0-9a-f-]{36}$/),
    "x-content-type-options": "nosniff",
  });
  await stream.close();
});

it("tells who comes back to read everything again", async () => {
  const stream = await listen(alice, { "last-event-id": "1" });
  await eventually(() => stream.text().includes("event: resync"));
  await stream.close();
});

it("is for people who are signed in", async () => {
  expect((await test.newClient().get("/api/v1/events")).status).toBe(401);
});

it("keeps nobody from stopping the server", async () => {
  const stream = await listen(alice);
  await test.restart();
  await stream.ended;
  expect(stream.text()).toContain("retry:");
});

async function listen(client: TestClient, headers: Record<string, string> = {}) {
  const response = await client.fetch("GET", "/api/v1/events", { headers });
  const reader = response.body?.getReader();
  if (!reader || response.status !== 200) throw new Error(`The stream answered ${response.status}`);
  const decoder = new TextDecoder();
  let text = "";
  const ended = (async () => {
    for (;;) {
      const { done, value } = await reader.read().catch(() => ({ done: true, value: undefined }));
      if (done) return;
      text += decoder.decode(value, { stream: true });
    }
  })();
  await eventually(() => text.includes("retry:"));
  return { headers: response.headers, text: () => text, ended, close: () => reader.cancel() };
}
