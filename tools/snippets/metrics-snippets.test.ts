import { spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { signScrapeV2 } from "@pulsekeep/signing";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { parseMetrics } from "../../apps/api/src/modules/metrics/parse-metrics.ts";
import { closeServer, listen } from "../../apps/api/src/testing/test-ports.ts";
import {
  getNodeMetricsSnippet,
  getPythonMetricsSnippet,
} from "../../apps/web/src/features/projects/metrics-snippets.ts";

const SECRET = "spm_a-secret-of-the-test";
const PATH = "/internal/m";
const values = { metricsEndpoint: `https://api.example${PATH}/?at=1`, hmacEnabled: true };

type Headers = Record<string, string>;
type Answer = { status: number; type: string | null; body: string };
type Middleware = (req: IncomingMessage, res: ServerResponse, next: () => void) => void;

const sign = ({ method = "GET", at = new Date(), secret = SECRET, signedPath = PATH } = {}): Headers =>
  signScrapeV2({ secret, projectId: "p", method, path: signedPath, nonce: randomUUID(), now: at });
const ago = (seconds: number) => new Date(Date.now() - seconds * 1_000);

/** What no receiver may answer. */
const forgeries = (): [string, Headers][] => [
  ["nothing", {}],
  ["another secret", sign({ secret: "spm_another" })],
  ["another path", sign({ signedPath: "/else" })],
  ["another method", sign({ method: "POST" })],
  ["an old signature", sign({ at: ago(310) })],
  ["one of the future", sign({ at: ago(-40) })],
  [
    "a fresh timestamp on it",
    { ...sign({ at: ago(310) }), "X-SeqPulse-Timestamp": sign()["X-SeqPulse-Timestamp"] ?? "" },
  ],
  ["another version", { ...sign(), "X-SeqPulse-Signature-Version": "v1" }],
  ["half a signature", { ...sign(), "X-SeqPulse-Signature": "sha256=" }],
];

function expectMetrics({ status, type, body }: Answer) {
  expect(status).toBe(200);
  const parsed = parseMetrics(Buffer.from(body), type ?? undefined);
  if (!parsed.ok) throw new Error(`${parsed.reason} ${parsed.detail}`);
  return parsed.sample;
}

describe("the module for Node", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "pulsekeep-snippet-"));
  let middleware: Middleware;
  let origin: string;
  const server = createServer((req, res) =>
    middleware(req, res, () => {
      res.statusCode = req.url === "/bad" ? 503 : 200;
      res.end("hello");
    }),
  );
  const load = async (snippet: string): Promise<Middleware> => {
    const file = path.join(folder, `${randomUUID()}.mjs`);
    writeFileSync(file, snippet);
    // Vite would look for it in the project.
    const module = (await import(/* @vite-ignore */ pathToFileURL(file).href)) as { seqpulse: Middleware };
    return module.seqpulse;
  };
  const get = async (target: string, headers: Headers = {}): Promise<Answer> => {
    const response = await fetch(origin + target, { headers });
    return {
      status: response.status,
      type: response.headers.get("content-type"),
      body: await response.text(),
    };
  };
  beforeAll(async () => {
    vi.stubEnv("SEQPULSE_HMAC_SECRET", SECRET);
    origin = `http://127.0.0.1:${await listen(server)}`;
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await closeServer(server);
  });

  it("answers what the collector takes, and counts what was really served", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: 1_800_000_000_000 });
    try {
      middleware = await load(getNodeMetricsSnippet({ metricsEndpoint: null, hmacEnabled: false }));
      expect(expectMetrics(await get("/seqpulse-metrics"))).toMatchObject({
        requests_per_sec: 0,
        error_rate: 0,
      });
      for (let i = 0; i < 20; i += 1) expect((await get(i % 4 === 0 ? "/bad" : "/")).body).toBe("hello");
      await get("/seqpulse-metrics");
      vi.setSystemTime(1_800_000_001_000);
      const sample = expectMetrics(await get("/seqpulse-metrics/?x=1"));
      expect(sample).toMatchObject({ requests_per_sec: 2, error_rate: 0.25 });
      expect(sample.latency_p95).toBeGreaterThan(0);
      expect(sample.memory_usage).toBeGreaterThan(0);
      vi.setSystemTime(1_800_000_030_000);
      expect(expectMetrics(await get("/seqpulse-metrics"))).toMatchObject({
        requests_per_sec: 0,
        error_rate: 0,
      });
    } finally {
      vi.useRealTimers();
    }
  });

  it("answers signed scrapes only, each of them once", async () => {
    middleware = await load(getNodeMetricsSnippet(values));
    const headers = sign();
    expectMetrics(await get(`${PATH}?at=1`, headers));
    expect((await get(PATH, headers)).status).toBe(401);
    for (const [name, forged] of forgeries())
      expect([name, (await get(PATH, forged)).status]).toEqual([name, 401]);
    expectMetrics(await get(PATH, sign()));
  });

  it("does not start without the secret that it needs", async () => {
    vi.stubEnv("SEQPULSE_HMAC_SECRET", "");
    await expect(load(getNodeMetricsSnippet(values))).rejects.toThrow("SEQPULSE_HMAC_SECRET");
    vi.stubEnv("SEQPULSE_HMAC_SECRET", SECRET);
  });
});

/** Sends requests through the module as an ASGI server does; `time.time` is moved on by `wait`. */
const DRIVER = `
import asyncio, json, sys, time
real = time.time
ahead = 0
time.time = lambda: real() + ahead
from seqpulse import SeqPulse

async def application(scope, receive, send):
    if scope["path"] == "/boom":
        raise RuntimeError("boom")
    await send({"type": "http.response.start", "status": 503 if scope["path"] == "/bad" else 200, "headers": []})
    await send({"type": "http.response.body", "body": b"hello"})

app = SeqPulse(application)

async def ask(path, headers):
    sent = []
    async def send(message):
        sent.append(message)
    scope = {"type": "http", "method": "GET", "path": path, "raw_path": path.encode(),
             "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()]}
    try:
        await app(scope, None, send)
    except RuntimeError:
        return {"status": 500, "type": None, "body": ""}
    types = [value.decode() for name, value in sent[0]["headers"] if name == b"content-type"]
    return {"status": sent[0]["status"], "type": types[0] if types else None, "body": sent[1]["body"].decode()}

answers = []
for step in json.load(sys.stdin):
    ahead += step.get("wait", 0)
    answers.append(asyncio.run(ask(step["path"], step.get("headers", {}))))
print(json.dumps(answers))
`;

const hasPython = spawnSync("python3", ["--version"]).status === 0;

describe.runIf(hasPython)("the module for Python", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "pulsekeep-snippet-"));
  const run = (snippet: string, steps: { path: string; headers?: Headers; wait?: number }[]) => {
    writeFileSync(path.join(folder, "seqpulse.py"), snippet);
    writeFileSync(path.join(folder, "driver.py"), DRIVER);
    const { stdout, stderr } = spawnSync("python3", ["-B", "driver.py"], {
      cwd: folder,
      input: JSON.stringify(steps),
      env: { ...process.env, SEQPULSE_HMAC_SECRET: SECRET },
      encoding: "utf8",
    });
    if (stdout === "") throw new Error(stderr);
    return JSON.parse(stdout) as Answer[];
  };

  it("answers what the collector takes, and counts what was really served", () => {
    const served = ["/bad", "/", "/", "/boom"].map((path) => ({ path }));
    const metrics = { path: "/seqpulse-metrics/" };
    const snippet = getPythonMetricsSnippet({ metricsEndpoint: null, hmacEnabled: false });
    const answers = run(snippet, [metrics, ...served, { ...metrics, wait: 2 }, { ...metrics, wait: 30 }]);
    const [first, , , , , counted, later] = answers.map((it) =>
      it.type === null ? undefined : expectMetrics(it),
    );
    expect(first).toMatchObject({ requests_per_sec: 0, latency_p95: 0, error_rate: 0 });
    expect(counted).toMatchObject({ requests_per_sec: 0.4, error_rate: 0.5 });
    expect(counted?.memory_usage).toBeGreaterThan(0);
    expect(later).toMatchObject({ requests_per_sec: 0 });
  });

  it("answers signed scrapes only, each of them once", () => {
    const headers = sign();
    const forged = forgeries();
    const steps = [headers, headers, ...forged.map(([, it]) => it), sign()];
    const answers = run(
      getPythonMetricsSnippet(values),
      steps.map((it) => ({ path: PATH, headers: it })),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 401, ...forged.map(() => 401), 200]);
  });
});

it("quotes a path so that it stays one text, in either language", () => {
  const odd = { ...values, metricsEndpoint: `https://api.example/a'b"c\\d\${1}` };
  for (const snippet of [getNodeMetricsSnippet(odd), getPythonMetricsSnippet(odd)])
    expect(snippet).toContain(`PATH = ${JSON.stringify(new URL(odd.metricsEndpoint).pathname)}`);
});
