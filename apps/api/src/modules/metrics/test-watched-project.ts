import { createServer, type IncomingHttpHeaders } from "node:http";
import { randomUUID } from "node:crypto";
import type { TestApp } from "../../testing/test-app.js";
import { closeServer, listen } from "../../testing/test-ports.js";
import type { MetricValues } from "./metric-values.js";

export const HEALTHY: MetricValues = {
  requests_per_sec: 40,
  latency_p95: 60,
  error_rate: 0,
  cpu_usage: 0.2,
  memory_usage: 0.4,
};

export type TestEndpoint = Awaited<ReturnType<typeof startTestEndpoint>>;

/** A metrics endpoint on loopback that says what the test tells it to. */
export async function startTestEndpoint(port = 0) {
  const asked: { headers: IncomingHttpHeaders; path: string }[] = [];
  const now = { answer: { metrics: HEALTHY } as unknown, status: 200, isSilent: false };
  const server = createServer((request, response) => {
    asked.push({ headers: request.headers, path: request.url ?? "" });
    if (now.isSilent) return;
    response.writeHead(now.status, { "content-type": "application/json" });
    response.end(JSON.stringify(now.answer));
  });
  const boundPort = await listen(server, port);
  return {
    url: `http://127.0.0.1:${boundPort}/seqpulse-metrics`,
    /** Every request that arrived. */
    asked,
    /** What it answers from now on. */
    now,
    close: () => closeServer(server),
  };
}

export type TestProject = { workspaceId: string; projectId: string };

/** A project that was created through the API, as the functions below take it. */
export async function toTestProject(
  { sql }: Pick<TestApp, "sql">,
  { id }: { id: string },
): Promise<TestProject> {
  const [row] = await sql<{ workspaceId: string }>(
    'select workspace_id as "workspaceId" from projects where id = $1',
    [id],
  );
  if (!row) throw new Error(`There is no project ${id}`);
  return { projectId: id, workspaceId: row.workspaceId };
}

/** A project whose endpoint is active; its next scrape is in `dueInMs`. */
export async function insertProject(
  { sql }: Pick<TestApp, "sql">,
  project: { url: string; sampleSeconds?: number; baselineSeconds?: number; dueInMs?: number | null },
): Promise<TestProject> {
  const [workspaceId, projectId] = [randomUUID(), randomUUID()];
  const { url, sampleSeconds = 2, baselineSeconds = 60, dueInMs = -10 } = project;
  await sql("insert into workspaces (id, name) values ($1, 'Shop')", [workspaceId]);
  await sql(
    `insert into projects (id, workspace_id, name, environments, sample_seconds, window_seconds, baseline_seconds, abandon_seconds)
     values ($1, $2, 'Shop', '{prod}', $3, 60, $4, 7200)`,
    [projectId, workspaceId, sampleSeconds, baselineSeconds],
  );
  await sql(
    `insert into metric_endpoints (project_id, workspace_id, state, active_url, interval_seconds, next_scrape_at)
     values ($1, $2, 'active', $3, $4, clock_timestamp() + make_interval(secs => $5::float8 / 1000))`,
    [projectId, workspaceId, url, baselineSeconds, dueInMs],
  );
  return { workspaceId, projectId };
}

/** A deployment as the CI routes leave it. Seconds count from now; negative ones are past. */
export async function insertDeployment(
  { sql }: Pick<TestApp, "sql">,
  project: TestProject,
  deployment: {
    state: "running" | "observing" | "superseded";
    startedIn: number;
    finishedIn?: number;
    observeUntilIn?: number;
    abandonIn?: number;
    endedIn?: number;
    nextActionIn?: number;
    environment?: string;
    result?: "success" | "failed";
  },
): Promise<string> {
  const id = randomUUID();
  const {
    state,
    startedIn,
    finishedIn,
    observeUntilIn,
    abandonIn = 7_200,
    endedIn,
    nextActionIn,
  } = deployment;
  await sql(
    `insert into deployments (id, workspace_id, project_id, number, environment, state, pipeline_result,
       started_at, finished_at, observe_until, abandon_at, ended_at, next_action_at)
     select $1, $2, $3, coalesce((select max(number) from deployments where project_id = $3), 0) + 1, $4, $5, $6,
       at($7), at($8), at($9), at($10), at($11), at($12)`.replaceAll(
      /at\((\$\d+)\)/g,
      "clock_timestamp() + make_interval(secs => $1::float8)".replace("$1", "$$1"),
    ),
    [
      id,
      project.workspaceId,
      project.projectId,
      deployment.environment ?? "prod",
      state,
      deployment.result ?? (finishedIn === undefined ? null : "success"),
      startedIn,
      finishedIn ?? null,
      observeUntilIn ?? null,
      abandonIn,
      endedIn ?? null,
      nextActionIn ?? null,
    ],
  );
  return id;
}

/** Samples at a fixed step, `fromSeconds` to `toSeconds` from now, with the noise of a real service. */
export async function insertSamples(
  { sql }: Pick<TestApp, "sql">,
  { projectId, workspaceId }: TestProject,
  series: { fromSeconds: number; toSeconds: number; stepSeconds?: number; values?: Partial<MetricValues> },
): Promise<void> {
  const { fromSeconds, toSeconds, stepSeconds = 2 } = series;
  const metrics = { ...HEALTHY, ...series.values };
  const samples = [];
  for (let at = fromSeconds, i = 0; at <= toSeconds; at += stepSeconds, i += 1) {
    const wobble = 1 + 0.04 * Math.sin(i * 2.4) + 0.02 * Math.cos(i * 5.1);
    samples.push({
      at,
      requests: metrics.requests_per_sec * wobble,
      latency: metrics.latency_p95 / wobble,
      errors: metrics.error_rate,
      cpu: metrics.cpu_usage * wobble,
      memory: metrics.memory_usage,
    });
  }
  await sql(
    `insert into metric_samples (project_id, workspace_id, at, requests_per_sec, latency_p95_ms, error_rate, cpu_usage, memory_usage)
     select $1, $2, clock_timestamp() + make_interval(secs => at), requests, latency, errors, cpu, memory
     from json_to_recordset($3) as it(at float8, requests float8, latency float8, errors float8, cpu float8, memory float8)`,
    [projectId, workspaceId, JSON.stringify(samples)],
  );
}
