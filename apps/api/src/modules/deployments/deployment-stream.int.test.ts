import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { startTestApp, type TestApp } from "../../testing/test-app.js";
import type { TestClient } from "../../testing/test-client.js";
import { eventually } from "../../testing/test-eventually.js";
import { createTestProject, type TestProject } from "../../testing/test-project.js";
import { SamplesService } from "../metrics/samples.service.js";
import { HEALTHY } from "../metrics/test-watched-project.js";

let test: TestApp;
let alice: TestClient;
let mallory: TestClient;
let project: TestProject;
let id: string;
beforeAll(async () => {
  test = await startTestApp();
  [alice, mallory] = [await test.signUp("Alice"), await test.signUp("Mallory")];
});
afterAll(() => test.close());
beforeEach(async () => {
  project = await createTestProject(alice, { observation: { windowSeconds: 60, sampleSeconds: 2 } });
  id = (await project.trigger({ env: "prod" })).body.deployment_id;
});

/** As the collector keeps it. @param inMs from now */
async function record(inMs = 0): Promise<string> {
  const [row] = await test.sql<{ workspace_id: string; at: Date }>(
    "select workspace_id, clock_timestamp() + make_interval(secs => $2::float8 / 1000) as at from projects where id = $1",
    [project.id, inMs],
  );
  if (!row) throw new Error("the project is gone");
  const source = { projectId: project.id, environment: "", workspaceId: row.workspace_id, at: row.at };
  await test.get(SamplesService).recordSample(source, { ok: true, rows: [{ at: row.at, values: HEALTHY }] });
  return row.at.toISOString();
}

it("tells each sample once, every state, and when it is over", async () => {
  const stream = await listen(alice);
  await eventually(() => stream.last("deployment")?.deployment.state === "running");
  const first = await record();
  await eventually(() => stream.samples().length === 1);
  await project.finish({ deployment_id: id, result: "success" });
  await eventually(() => stream.last("deployment")?.deployment.state === "observing");
  expect(stream.last("deployment")).toMatchObject({ isFinal: false, gate: "pending" });
  const second = await record();
  await eventually(() => stream.samples().length === 2);
  expect(stream.samples()).toEqual([`${first} deploying`, `${second} observing`]);
  // The window is over: the analyst closes it.
  await test.sql(
    "update deployments set observe_until = now() - interval '6 s', next_action_at = now() - interval '1 ms' where id = $1",
    [id],
  );
  await stream.ended;
  expect(stream.last("deployment")).toMatchObject({
    isFinal: true,
    gate: "passed",
    deployment: { state: "analyzed" },
  });
  expect(stream.text().trimEnd().endsWith("event: end\ndata: {}")).toBe(true);
});

it("gives whoever comes back what they missed, and nothing twice", async () => {
  const known = await record();
  const missed = await record(5);
  const back = await listen(alice, {
    headers: { "last-event-id": known },
    query: "?after=2020-01-01T00:00:00Z",
  });
  await eventually(() => back.last("deployment") !== undefined);
  expect(back.samples()).toEqual([`${missed} deploying`]);
  const told = await listen(alice, { query: `?after=${missed}` });
  await eventually(() => told.last("deployment") !== undefined);
  expect(told.samples()).toEqual([]);
  const fresh = await listen(alice);
  await eventually(() => fresh.last("deployment") !== undefined);
  expect(fresh.samples()).toHaveLength(2);
  await Promise.all([back.close(), told.close(), fresh.close()]);
});

it("is for its workspace and its project's pipeline; others see the same 404 as nobody's [IDOR-09]", async () => {
  const other = await createTestProject(alice);
  const path = `/api/v1/deployments/${id}/events`;
  const asPipeline = (apiKey: string) => ({ headers: { cookie: "", "x-api-key": apiKey } });
  const own = await listen(alice, asPipeline(project.apiKeyPlain));
  await eventually(() => own.last("deployment")?.deployment.state === "running");
  await own.close();
  expect((await alice.fetch("GET", path, asPipeline(other.apiKeyPlain))).status).toBe(404);
  expect((await mallory.get(path)).status).toBe(404);
  expect((await test.newClient().get(path)).status).toBe(401);
  expect((await alice.get(path.replace(id, "019f0000-0000-7000-8000-000000000000"))).status).toBe(404);
});

type Seen = { isFinal: boolean; gate: string; deployment: { state: string } };

async function listen(
  client: TestClient,
  { headers = {}, query = "" }: { headers?: Record<string, string>; query?: string } = {},
) {
  const response = await client.fetch("GET", `/api/v1/deployments/${id}/events${query}`, { headers });
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
  const events = (name: string) =>
    [...text.matchAll(/(?:id: (\S+)\n)?event: (\w+)\ndata: (.*)\n\n/g)].flatMap(([, eventId, event, data]) =>
      event === name ? [{ eventId, data: JSON.parse(data ?? "") as unknown }] : [],
    );
  return {
    text: () => text,
    ended,
    close: () => reader.cancel(),
    last: (name: "deployment") => events(name).at(-1)?.data as Seen | undefined,
    samples: () =>
      events("sample").map(({ eventId, data }) => {
        const { at, phase } = data as { at: string; phase: string };
        if (at !== eventId) throw new Error("A sample's id is its instant");
        return `${at} ${phase}`;
      }),
  };
}
