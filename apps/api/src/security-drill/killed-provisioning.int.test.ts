import type { Provisioning, ProvisioningStarted } from "@pulsekeep/contracts/api/workers";
import { afterAll, beforeAll, expect, it } from "vitest";
import { findSecrets } from "../testing/find-secrets.js";
import { startTestApp, type TestApp } from "../testing/test-app.js";
import { answerConsent } from "../testing/test-consent.js";
import { eventually } from "../testing/test-eventually.js";
import { startTestProcess } from "../testing/test-process.js";

let test: TestApp;
beforeAll(async () => {
  test = await startTestApp({ standIn: { runner: false } });
});
afterAll(() => test.close());

it("leaves no token anywhere when it is killed in the middle of a set-up, which asks for a new consent [ZT-02]", async () => {
  const github = test.standIn;
  if (!github) throw new Error("no GitHub");
  const alice = await test.signUp("Alice");
  await test.stop();
  const server = await startTestProcess(test);
  // GitHub keeps it waiting in the middle, with the token in its hands.
  github.context.faults.seed(
    { kind: "secondary_rate_limit", retryAfterSeconds: 9, path: "*/git/trees" },
    100,
  );
  const { body } = await alice.post<ProvisioningStarted>("/api/v1/provisionings", {});
  await alice.fetch("GET", await answerConsent(body.authorizeUrl));
  const read = async () => (await alice.get<Provisioning>(`/api/v1/provisionings/${body.id}`)).body;
  try {
    await eventually(
      async () =>
        (await read()).steps.some(({ name, state }) => name === "files" && state === "running") &&
        github.context.store.tokens.listIssued().length > 0,
      { timeoutMs: 20_000, what: "a set-up under way" },
    );
  } finally {
    await server.killHard();
  }
  const { tokens } = github.context.store;
  const issued = tokens.listIssued().map(({ tokenPlain }) => tokenPlain);
  // The token lives, as the page says it may; nobody has it any more.
  expect(issued.filter((token) => tokens.find(token) !== undefined)).toHaveLength(1);
  const places = {
    databaseUrl: test.database.superuserUrl,
    redisUrl: test.redis?.url ?? "",
    texts: { logs: test.logs, output: [server.output()] },
  };
  expect(await findSecrets(issued, places)).toEqual([]);
  // Whoever goes on has nothing to go on with: no message, no retry, no call of GitHub's with a header.
  github.context.faults.clear();
  github.context.requests.clear();
  await test.sql("update provisionings set next_action_at = now() - interval '1 second' where id = $1", [
    body.id,
  ]);
  await test.restart();
  const left = await eventually(async () => {
    const row = await read();
    return row.state === "failed" && row;
  });
  expect(left.steps.find(({ state }) => state === "failed")).toMatchObject({
    name: "files",
    errorCode: "interrupted",
  });
  expect(left.tokenRevokedAt).toBeNull();
  expect(github.context.requests.list().filter(({ authorization }) => authorization !== null)).toEqual([]);
  const again = await alice.post<ProvisioningStarted>(`/api/v1/provisionings/${body.id}/retry`, {});
  expect(new URL(again.body.authorizeUrl).pathname).toBe("/login/oauth/authorize");
});
