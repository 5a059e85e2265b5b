import { once } from "node:events";
import { rmSync } from "node:fs";
import { createServer } from "node:http";
import { type APIRequestContext, expect, test } from "@playwright/test";
import type pg from "pg";
import { listCommits } from "./bare-repository.ts";
import { query as queryProduct } from "./database.ts";
import { createWorker, newPerson, signUp } from "./people.ts";
import {
  createProductPlace,
  type ProductPlace,
  type StartedProduct,
  startProduct,
  superuserUrlOf,
} from "./product.ts";

const REPOSITORY = "octo-alice/keepstreak-pulse";
test.describe.configure({ timeout: 300_000 });

let place: ProductPlace;
let product: StartedProduct;

test.beforeAll(async () => {
  place = await createProductPlace();
  product = await startProduct(place);
});
test.afterAll(async () => {
  await product.stop();
  rmSync(place.folder, { recursive: true, force: true });
});

/** Ends the API as a crash would, and starts everything again on the same data, no sooner than asked for. */
async function killAndRestart({ downForMs = 0 } = {}): Promise<void> {
  const { API: api } = product.pids;
  if (api === undefined) throw new Error("The product says which process is the API");
  process.kill(api, "SIGKILL");
  const killedAt = performance.now();
  expect(await product.exited).toBe(1);
  await expect.poll(() => performance.now() - killedAt).toBeGreaterThanOrEqual(downForMs);
  product = await startProduct(place);
}

const query = <T extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<T[]> =>
  queryProduct<T>(text, values, superuserUrlOf(product));

test("a run that was claimed when the API was killed ends exactly once, with one commit", async ({
  browser,
}) => {
  const page = await browser.newPage({ baseURL: product.url });
  await signUp(page, newPerson("Alice"));
  await createWorker(page, "octo-alice");
  const { rows } = await json<{ rows: { id: string }[] }>(page.request, "/api/v1/workers");
  const pulse = await post<{ id: string }>(page.request, "/api/v1/pulses", {
    name: "Killed",
    kind: "commit",
    workerId: rows[0]?.id,
    schedule: { kind: "cron", expression: "0 0 1 1 *" },
    timeZone: "Europe/Paris",
  });
  const run = await post<{ id: string }>(page.request, `/api/v1/pulses/${pulse.id}/run`, {});

  await expect
    .poll(
      async () =>
        (await query<{ claimed_at: Date | null }>("select claimed_at from runs where id = $1", [run.id]))[0]
          ?.claimed_at,
      {
        intervals: [10],
        timeout: 60_000,
      },
    )
    .toBeTruthy();
  await killAndRestart();

  // The lease of the worker that went down with GitHub's runner is ten minutes long; they pass here.
  await query(
    "update runs set lease_expires_at = now() - interval '1 ms', next_action_at = now() - interval '1 ms' where id = $1 and state = 'claimed'",
    [run.id],
  );
  // Her session has outlived the crash.
  await expect
    .poll(async () => (await json<{ state: string }>(page.request, `/api/v1/runs/${run.id}`)).state, {
      timeout: 90_000,
    })
    .toBe("succeeded");
  const marked = listCommits(REPOSITORY, place.dataDir).filter(({ message }) => message.includes(run.id));
  expect(marked).toHaveLength(1);
  await page.close();
});

test("a deployment that was observed when the API was killed gets its verdict, the gap marked as missing", async ({
  browser,
}) => {
  const service = createServer((_, response) => {
    const jitter = Math.random();
    response.setHeader("content-type", "application/json").end(
      JSON.stringify({
        metrics: {
          requests_per_sec: 40 + jitter,
          latency_p95: 100 + jitter,
          error_rate: 0.001,
          cpu_usage: 0.3 + jitter / 50,
          memory_usage: 0.4,
        },
      }),
    );
  });
  const port = Number(place.env.PULSEKEEP_SAMPLE_APP_PORT);
  service.listen(port, "127.0.0.1");
  await once(service, "listening");
  try {
    const page = await browser.newPage({ baseURL: product.url });
    await signUp(page, newPerson("Grace"));
    const { project, apiKeyPlain } = await post<{ project: { id: string }; apiKeyPlain: string }>(
      page.request,
      "/api/v1/projects",
      { name: "Killed", observation: { sampleSeconds: 2, windowSeconds: 30, baselineSeconds: 2 } },
    );
    const endpoint = `http://127.0.0.1:${port}/seqpulse-metrics`;
    await page.request.put(`/api/v1/projects/${project.id}/endpoint`, { data: { url: endpoint } });
    expect(
      (await post<{ ok: boolean }>(page.request, `/api/v1/projects/${project.id}/endpoint/test`, {})).ok,
    ).toBe(true);
    await expectSamples(project.id, 10);

    const ci = { headers: { "x-api-key": apiKeyPlain } };
    const triggered = await page.request.post("/deployments/trigger", { ...ci, data: { env: "prod" } });
    const { deployment_id: id } = (await triggered.json()) as { deployment_id: string };
    await page.request.post("/deployments/finish", { ...ci, data: { deployment_id: id, result: "success" } });
    await expectSamples(project.id, 14);
    // Three scrapes fall into this time: a faster restart might miss none.
    await killAndRestart({ downForMs: 6_000 });

    const read = () =>
      json<{ state: string; verdictState: string }>(page.request, `/api/v1/deployments/${id}`);
    await expect.poll(async () => (await read()).state, { timeout: 90_000 }).toBe("analyzed");
    expect((await read()).verdictState).not.toBe("collecting");
    const { samples } = await json<{ samples: { missing: string | null }[] }>(
      page.request,
      `/api/v1/deployments/${id}/samples`,
    );
    expect(samples.some(({ missing }) => missing === "server_down")).toBe(true);
    await page.close();
  } finally {
    service.close();
  }
});

async function expectSamples(projectId: string, count: number): Promise<void> {
  const counted = "select count(*)::int as count from metric_samples where project_id = $1";
  await expect
    .poll(async () => (await query<{ count: number }>(counted, [projectId]))[0]?.count ?? 0, {
      timeout: 90_000,
    })
    .toBeGreaterThanOrEqual(count);
}

async function json<T>(request: APIRequestContext, url: string): Promise<T> {
  const response = await request.get(url);
  expect(response.status(), url).toBe(200);
  return (await response.json()) as T;
}

async function post<T>(request: APIRequestContext, url: string, data: object): Promise<T> {
  const response = await request.post(url, { data });
  expect(response.ok(), `${url}: ${await response.text()}`).toBe(true);
  return (await response.json()) as T;
}
