import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { findFreePort } from "@pulsekeep/database/embedded";
import { startTestApp, type TestApp } from "../../testing/test-app.js";
import { eventually } from "../../testing/test-eventually.js";
import { startTestProcess, type TestProcess } from "../../testing/test-process.js";
import {
  insertDeployment,
  insertProject,
  insertSamples,
  startTestEndpoint,
  type TestEndpoint,
} from "./test-watched-project.js";

type Sample = { at: Date; missing_reason: string | null; requests_per_sec: number | null };
type Verdict = { state: string; final: boolean; missed_scrapes: number };

let test: TestApp;
let endpoint: TestEndpoint;
let server: TestProcess | undefined;
beforeAll(async () => {
  const port = await findFreePort();
  endpoint = await startTestEndpoint(port);
  test = await startTestApp({ env: { SCRAPE_ALLOW: `127.0.0.1:${port}` } });
  await test.stop();
});
afterEach(() => server?.killHard());
afterAll(async () => {
  await test.close();
  await endpoint.close();
});

it("a collector that is killed leaves a gap that says so, and the deployment gets its verdict", async () => {
  const project = await insertProject(test, { url: endpoint.url, sampleSeconds: 1, baselineSeconds: 1 });
  await insertSamples(test, project, { fromSeconds: -90, toSeconds: -2 });
  server = await startTestProcess(test);
  const id = await insertDeployment(test, project, {
    state: "observing",
    startedIn: -1,
    finishedIn: 0,
    observeUntilIn: 9,
    nextActionIn: 9,
  });
  const [window] = await test.sql<{ finished_at: Date }>(
    "select finished_at from deployments where id = $1",
    [id],
  );
  const observed = () =>
    test.sql<Sample>("select * from metric_samples where project_id = $1 and at > $2 order by at", [
      project.projectId,
      window?.finished_at,
    ]);
  await eventually(async () => (await observed()).length >= 2, { what: "two samples of the watch" });
  await server.killHard();
  const before = await observed();
  // Two scrapes fall into this time: a faster restart might miss none.
  const isMissing = async () =>
    (
      await test.sql<{ is: boolean }>("select clock_timestamp() > $1::timestamptz + interval '2.5 s' as is", [
        before.at(-1)?.at,
      ])
    )[0]?.is;
  await eventually(async () => (await isMissing()) === true, { what: "two scrapes that nobody made" });
  server = await startTestProcess(test);
  const verdict = await eventually(
    async () =>
      (await test.sql<Verdict>("select * from verdicts where deployment_id = $1 and final", [id]))[0],
    { timeoutMs: 20_000, what: "a final verdict" },
  );
  const samples = await observed();
  const gap = samples.filter(({ missing_reason: reason }) => reason === "server_down");
  expect(gap.length).toBeGreaterThan(0);
  for (const sample of gap) expect(sample.requests_per_sec).toBeNull();
  expect(samples.slice(0, before.length)).toEqual(before);
  expect(samples.some(({ requests_per_sec: requests }) => requests === 0)).toBe(false);
  expect(verdict.missed_scrapes).toBeGreaterThanOrEqual(gap.length);
  expect(["ok", "inconclusive"]).toContain(verdict.state);
  const [deployment] = await test.sql("select state from deployments where id = $1", [id]);
  expect(deployment).toEqual({ state: "analyzed" });
});
