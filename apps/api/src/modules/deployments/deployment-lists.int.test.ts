import type { Deployment, DeploymentCounts } from "@pulsekeep/contracts/api/deployments";
import type { Page, Problem } from "@pulsekeep/contracts/api/shared";
import type { VerdictQuality } from "@pulsekeep/contracts/api/verdicts";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestApp, type TestApp } from "../../testing/test-app.js";
import type { TestClient } from "../../testing/test-client.js";
import { createTestProject, type TestProject } from "../../testing/test-project.js";

let test: TestApp;
let alice: TestClient;
let mallory: TestClient;
let project: TestProject;
let other: TestProject;
/** Ids of what `RUNS` describes, in its order. */
const ids: string[] = [];

const RUNS = [
  { env: "prod", branch: "main", version: "1.0.0", commit_sha: "aaaa111", actor: "octocat" },
  { env: "prod", service: "api", branch: "100%_sure", version: "=1+1", pr: 77 },
  { env: "staging", branch: "feature/Checkout", run_url: "https://ci.example/1", is_rollback: true },
] as const;

beforeAll(async () => {
  test = await startTestApp({ roles: ["http"] });
  [alice, mallory] = [await test.signUp("Alice"), await test.signUp("Mallory")];
  project = await createTestProject(alice, { name: 'Shop "1", ltd', environments: ["prod", "staging"] });
  other = await createTestProject(alice);
  for (const body of RUNS) ids.push((await project.trigger(body)).body.deployment_id);
  await project.finish({ deployment_id: ids[1], result: "failed" });
  await test.sql(
    `update deployments set verdict_state = 'warning', started_at = started_at - interval '2 days' where id = $1`,
    [ids[0]],
  );
  await other.trigger({ env: "prod", branch: "main" });
});
afterAll(() => test.close());

const inParis = (instant: string) =>
  new Date(Date.parse(instant) + 3_600_000).toISOString().replace("Z", "+01:00");
const narrowed = (query: string) => `/api/v1/deployments?projectId=${project.id}&${query}`;
const idsOf = async (query: string, as = alice) =>
  (await as.get<Page<Deployment>>(narrowed(query))).body.rows.map(({ id }) => id);

it("narrows by service, state, kind, time and text, also all at once", async () => {
  const [main, api, checkout] = ids as [string, string, string];
  const dayAgo = new Date(Date.now() - 86_400_000).toISOString();
  const expected: Record<string, string[]> = {
    "service=api": [api],
    "service=web": [],
    "state=observing": [api],
    "state=running": [checkout, main],
    "rollback=true": [checkout],
    "rollback=false": [api, main],
    [`from=${dayAgo}`]: [checkout, api],
    [`to=${dayAgo}`]: [main],
    // The same instant, as another zone writes it.
    [`to=${encodeURIComponent(inParis(dayAgo))}`]: [main],
    "search=checkout": [checkout],
    "search=AAAA1": [main],
    "search=octo": [main],
    "search=77": [api],
    "search=dpl_2": [api],
    "search=%233": [checkout],
    // What means something in a pattern means itself here.
    "search=100%25_sure": [api],
    "search=%25": [api],
    "search=_": [api],
    "search=nothing%20like%20it": [],
    [`environment=prod&verdict=warning&search=1.0&to=${dayAgo}`]: [main],
  };
  for (const [query, found] of Object.entries(expected))
    expect([query, await idsOf(query)]).toEqual([query, found]);
  for (const query of ["state=gone", "rollback=1", "from=yesterday", "search=", "search=a%00b"])
    expect([query, (await alice.get(narrowed(query))).status]).toEqual([query, 422]);
});

it("counts what the same filter leaves, of one's own workspace", async () => {
  const count = async (query: string, as = alice) =>
    (await as.get<DeploymentCounts>(`/api/v1/deployments/counts?${query}`)).body;
  expect(await count(`projectId=${project.id}`)).toEqual({
    total: 3,
    collecting: 2,
    ok: 0,
    warning: 1,
    rollbackRecommended: 0,
    inconclusive: 0,
    lateWarnings: 0,
    dryRun: 0,
    services: ["api"],
  });
  expect(await count("environment=prod&verdict=collecting")).toMatchObject({ total: 2, collecting: 2 });
  expect(await count(`projectId=${project.id}`, mallory)).toMatchObject({ total: 0, services: [] });
});

it("refuses a filter that it does not know by its name, instead of answering with everything", async () => {
  const shop = `/api/v1/projects/${project.id}`;
  for (const [path, field] of [
    ["/api/v1/deployments?enviroment=prod", "enviroment"],
    ["/api/v1/deployments/counts?limit=2", "limit"],
    ["/api/v1/deployments/export?env=prod", "env"],
    [`/api/v1/deployments/${ids[0]}/wait?timeout=1`, "timeout"],
    ["/api/v1/hints?level=critical", "level"],
    ["/api/v1/hints/counts?days=1", "days"],
    ["/api/v1/analytics/dora?day=3", "day"],
    [`${shop}/verdict-quality?window=7`, "window"],
    [`${shop}/verdict-quality?days=0`, "days"],
    [`${shop}/samples?step=60`, "step"],
    [`${shop}/policies/history?env=prod`, "env"],
    [`${shop}/endpoint/changes?kind=activated`, "kind"],
    ["/api/v1/deployment-notices?kind=warning", "kind"],
    ...["projects", "pulses", "workers", "runs", "notices", "audit"].map(
      (list) => [`/api/v1/${list}?page=2`, "page"] as const,
    ),
  ] as const) {
    const { status, body } = await alice.get<Problem>(path);
    expect([path, status, body.errors?.map((error) => error.path)]).toEqual([path, 422, [field]]);
  }
  const quality = await alice.get<VerdictQuality>(`${shop}/verdict-quality?days=7`);
  expect(quality).toMatchObject({ status: 200, body: { days: 7 } });
});

it("defect 9: is ordered by any column, both ways, and pages through without losing or repeating a row", async () => {
  const sorted = await createTestProject(alice, { name: "aardvark", environments: ["prod", "dev"] });
  const [workspace] = await test.sql<{ id: string }>(
    "select workspace_id as id from projects where id = $1",
    [sorted.id],
  );
  await test.sql(
    `insert into deployments (id, workspace_id, project_id, number, environment, state, verdict_state, confidence,
       started_at, finished_at, abandon_at)
     select gen_random_uuid(), $2, $1, n, case n % 2 when 0 then 'prod' else 'dev' end,
       (array['analyzed','superseded','abandoned'])[n % 3 + 1],
       (array['ok','warning','rollback_recommended','inconclusive'])[n % 4 + 1], case n % 5 when 0 then null else n / 10.0 end,
       now() - make_interval(mins => n), case n % 7 when 0 then null else now() - make_interval(mins => n) + make_interval(secs => n * n) end,
       now() from generate_series(1, 9) n`,
    [sorted.id, workspace?.id],
  );
  const page = (query: string) =>
    alice.get<Page<Deployment> & { code: string }>(
      `/api/v1/deployments?projectId=${sorted.id}&limit=2&${query}`,
    );
  const all = async (query: string) => {
    const rows: Deployment[] = [];
    for (let cursor = ""; ; ) {
      const { body } = await page(`${query}${cursor}`);
      rows.push(...body.rows);
      if (body.nextCursor === null) return rows;
      cursor = `&cursor=${body.nextCursor}`;
    }
  };
  const seconds = (it: Deployment) =>
    it.finishedAt === null ? -1 : Date.parse(it.finishedAt) - Date.parse(it.startedAt);
  const ranks = ["ok", "inconclusive", "warning", "rollback_recommended"];
  const valuesOf: Record<string, (it: Deployment) => number | string> = {
    started: (it) => it.startedAt,
    project: (it) => it.projectName,
    environment: (it) => it.environment,
    state: (it) => ["superseded", "abandoned", "analyzed"].indexOf(it.state),
    verdict: (it) => ranks.indexOf(it.verdictState),
    confidence: (it) => it.confidence ?? -1,
    duration: seconds,
  };
  for (const [sort, valueOf] of Object.entries(valuesOf)) {
    const down = await all(`sort=${sort}`);
    expect([sort, new Set(down.map(({ id }) => id)).size]).toEqual([sort, 9]);
    const values = down.map(valueOf);
    const expected = values.toSorted((a, b) => (a < b ? 1 : a > b ? -1 : 0));
    expect([sort, values]).toEqual([sort, expected]);
    expect(await all(`sort=${sort}&order=asc`)).toEqual(down.toReversed());
  }
  const { nextCursor } = (await page("sort=duration")).body;
  const forged = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const id = ids[0];
  for (const query of [
    `sort=verdict&cursor=${nextCursor}`,
    `cursor=${nextCursor}`,
    `sort=duration&order=asc&cursor=${nextCursor}`,
    `sort=duration&cursor=${forged(["duration", "desc", "1; drop table runs", id])}`,
    `sort=duration&cursor=${forged(["duration", "desc", "NaN", id])}`,
    `sort=project&cursor=${forged(["project", "desc", "a\0b", id])}`,
    `cursor=${forged(["started", "desc", "yesterday", id])}`,
    "sort=id",
    "order=up",
  ])
    expect([query, (await page(query)).status]).toEqual([query, 422]);
});

it("exports what the filter leaves as CSV that no spreadsheet runs", async () => {
  const { body, headers } = await alice.get<string>(`/api/v1/deployments/export?projectId=${project.id}`);
  expect(Object.fromEntries(headers)).toMatchObject({
    "content-type": "text/csv; charset=utf-8",
    "content-disposition": 'attachment; filename="deployments.csv"',
    "cache-control": "no-store",
  });
  const [head, ...lines] = body.trimEnd().split("\r\n");
  expect(head).toMatch(/^id,number,project,environment,service,state,pipeline_result,verdict,/);
  expect(lines.map((line) => line.slice(0, 36))).toEqual(ids.toReversed());
  expect(lines[1]).toContain(
    '"Shop ""1"", ltd",prod,api,observing,failed,collecting,,false,100%_sure,\'=1+1,,77,',
  );
  const nothing = await alice.get<string>("/api/v1/deployments/export?search=none-such");
  expect(nothing.body).toBe(`${head}\r\n`);
});

it("exports as JSON what the list shows, more than one batch of it, and nobody else's", async () => {
  const many = await createTestProject(alice);
  await test.sql(
    `insert into deployments (id, workspace_id, project_id, number, environment, state, started_at, abandon_at)
     select gen_random_uuid(), workspace_id, id, n, 'prod', 'abandoned', now(), now()
     from projects, generate_series(1, 1201) n where id = $1`,
    [many.id],
  );
  const path = `/api/v1/deployments/export?format=json&projectId=`;
  const { body, status } = await alice.get<Deployment[]>(`${path}${many.id}`);
  expect([status, body.length, new Set(body.map(({ number }) => number)).size]).toEqual([200, 1_201, 1_201]);
  const shown = (await alice.get<Page<Deployment>>(narrowed(""))).body.rows;
  expect((await alice.get<Deployment[]>(`${path}${project.id}`)).body).toEqual(shown);
  expect((await mallory.get<Deployment[]>(`${path}${project.id}`)).body).toEqual([]);
  expect((await test.newClient().get(`${path}${project.id}`)).status).toBe(401);
  expect((await alice.get(`${path}${project.id}&format=xml`)).status).toBe(422);
});
