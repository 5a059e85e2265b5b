import { afterEach, expect, test } from "vitest";
import { apiClient } from "../testing/api-client.js";
import { startForTest, type TestStandIn } from "../testing/start-for-test.js";

let standIn: TestStandIn | undefined;
afterEach(async () => {
  await standIn?.dispose();
  standIn = undefined;
});

test("refuses the 61st request of an hour without a token, and takes the next hour's", async () => {
  let nowMs = Date.UTC(2026, 10, 20);
  standIn = await startForTest({ now: () => nowMs });
  const api = apiClient(standIn.apiUrl);
  for (let count = 1; count <= 60; count += 1)
    expect((await api.call("GET", "/users/octo-alice")).status).toBe(200);
  const refused = await api.call("GET", "/users/octo-alice");
  expect(refused.status).toBe(403);
  expect(refused.headers.get("x-ratelimit-remaining")).toBe("0");
  expect(Number(refused.headers.get("x-ratelimit-reset"))).toBe((nowMs + 3_600_000) / 1000);
  expect((await api.call("GET", "/rate_limit")).body).toMatchObject({ rate: { limit: 60, remaining: 0 } });
  nowMs += 3_600_000;
  expect((await api.call("GET", "/users/octo-alice")).status).toBe(200);
});
