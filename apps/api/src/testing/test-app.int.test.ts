import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestApp, type TestApp } from "./test-app.js";

let test: TestApp;
beforeAll(async () => {
  test = await startTestApp({ standIn: true });
});
afterAll(() => test.close());

it("is healthy with database, transport, web page and every loop", async () => {
  const { status, body } = await test.newClient().get("/health");
  expect({ status, body }).toMatchObject({ status: 200, body: { status: "ok", reasons: [] } });
});

it("signs people up, each with a session of their own", async () => {
  const [alice, bob] = [await test.signUp("Alice"), await test.signUp("Bob")];
  expect((await alice.get("/api/v1/me")).body).toMatchObject({ user: { email: "alice@example.test" } });
  expect((await bob.get("/api/v1/me")).body).toMatchObject({ user: { email: "bob@example.test" } });
  expect((await test.newClient().get("/api/v1/me")).status).toBe(401);
});

it("keeps accounts over a restart", async () => {
  const carol = await test.signUp("Carol");
  await test.restart();
  expect((await carol.get("/api/v1/me")).status).toBe(200);
});
