import { execFile } from "node:child_process";
import { connect } from "node:net";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestApp, type TestApp } from "../testing/test-app.js";
import type { TestClient } from "../testing/test-client.js";
import { createTestProject, type TestProject } from "../testing/test-project.js";

type Refusal = { code: string; errors?: { path: string; message: string }[] };

let test: TestApp;
let alice: TestClient;
beforeAll(async () => {
  test = await startTestApp({ roles: ["http"] });
  alice = await test.signUp("Alice");
});
afterAll(() => test.close());

/** One sample that is good. */
const push = (project: TestProject) =>
  alice.call("POST", "/api/v1/samples", {
    body: { samples: [{ metrics: { latency_p95: 80 } }] },
    headers: { cookie: "", "x-api-key": project.apiKeyPlain },
  });

/** Sends what is too much, from a process of its own: what it makes of memory is not the server's. */
const ATTACKER = `
  const [url, key] = process.argv.slice(1);
  const keys = (count) => Array.from({ length: count }, (_, n) => '"k' + n + '":1').join(",");
  const metrics = (text) => '{"samples":[{"metrics":{' + text + "}}]}";
  const bodies = [
    '{"samples":["' + "x".repeat(2_000_000) + '"]}',
    metrics(keys(1_000_000)),
    '{"samples":' + "[".repeat(100_000) + "]".repeat(100_000) + "}",
    metrics(keys(60_000)),
    '{"samples":[{"at":"' + "9".repeat(1_000_000) + '","metrics":{}}]}',
  ];
  const answers = [];
  for (const body of bodies) {
    const headers = { "x-api-key": key, "content-type": "application/json" };
    // Whoever is refused while they still send may see the connection cut.
    const response = await fetch(url, { method: "POST", headers, body }).catch(() => undefined);
    answers.push(response ? { status: response.status, ...(await response.json()) } : { status: 413 });
  }
  console.log(JSON.stringify(answers));
`;

/**
 * What work does to this process: the longest that it held its loop, and how much it grew. Held is counted in time of the
 * processor, which is the same while other tests want it too.
 */
async function watchProcess(work: () => Promise<void>): Promise<{ heldMs: number; grownBytes: number }> {
  const before = process.memoryUsage().rss;
  let heldMs = 0;
  let last = process.threadCpuUsage();
  const watch = setInterval(() => {
    const { user, system } = process.threadCpuUsage(last);
    heldMs = Math.max(heldMs, (user + system) / 1_000);
    last = process.threadCpuUsage();
  }, 5);
  await work();
  clearInterval(watch);
  return { heldMs, grownBytes: process.memoryUsage().rss - before };
}
describe("bodies that are too much", () => {
  it("BOMB-01 are refused without growing the process or holding its loop", async () => {
    const project = await createTestProject(alice);
    await push(project);
    let answers: (Refusal & { status: number })[] = [];
    const { heldMs, grownBytes } = await watchProcess(async () => {
      const script = [
        "--input-type=module",
        "-e",
        ATTACKER,
        `${test.url}/api/v1/samples`,
        project.apiKeyPlain,
      ];
      answers = JSON.parse((await promisify(execFile)(process.execPath, script)).stdout);
    });
    const [long, aMillionKeys, deep, manyKeys, wide] = answers;
    expect([long?.status, aMillionKeys?.status, wide?.status]).toEqual([413, 413, 422]);
    expect([400, 422]).toContain(deep?.status);
    expect(manyKeys?.errors?.[0]).toMatchObject({ message: "unknown_metric" });
    expect(grownBytes).toBeLessThan(50 * 1_024 ** 2);
    expect(heldMs).toBeLessThan(200);
    expect((await push(project)).status).toBe(200);
  });

  it("BOMB-01 are not decompressed, and not read beyond the limit when they announce no length", async () => {
    const project = await createTestProject(alice);
    const headers = { "x-api-key": project.apiKeyPlain, "content-type": "application/json" };
    const zipped = gzipSync(Buffer.alloc(20_000_000, 0x20));
    const compressed = await fetch(`${test.url}/api/v1/samples`, {
      method: "POST",
      headers: { ...headers, "content-encoding": "gzip" },
      body: zipped,
    });
    expect(compressed.status).toBe(415);
    expect(await compressed.json()).toMatchObject({ detail: "Send the body uncompressed" });
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 65_536;
        if (sent > 200_000_000) controller.close();
        else controller.enqueue(Buffer.alloc(65_536, 0x20));
      },
    });
    const chunked = fetch(`${test.url}/api/v1/samples`, {
      method: "POST",
      headers,
      body: endless,
      duplex: "half",
    } as RequestInit);
    const status = await chunked.then((answer) => answer.status).catch(() => 413);
    expect(status).toBe(413);
    expect(sent).toBeLessThan(50_000_000);
  });

  it("BOMB-06 are no passwords: what is longer than 256 characters is refused unhashed, what is shorter counts to its end", async () => {
    const signUp = (name: string, password: string) =>
      test
        .newClient()
        .post<Refusal>("/api/auth/sign-up/email", { name, email: `${name}@example.test`, password });
    const signIn = (name: string, password: string) =>
      test.newClient().post<Refusal>("/api/auth/sign-in/email", { email: `${name}@example.test`, password });
    const startedMs = performance.now();
    for (const length of [257, 100_000])
      expect((await signUp("dora", "p4".repeat(length))).status).toBeGreaterThanOrEqual(400);
    expect(performance.now() - startedMs).toBeLessThan(2_000);
    const password = `${"correct-horse-battery-".repeat(5)}9`;
    expect((await signUp("emil", password)).status).toBe(200);
    expect((await signIn("emil", password)).status).toBe(200);
    // A hash that reads 72 bytes would take both.
    for (const wrong of [password.slice(0, 72), `${password.slice(0, -1)}8`])
      expect((await signIn("emil", wrong)).status).toBe(401);
  });

  it("BOMB-05 in headers and addresses are refused before any route", async () => {
    const { port } = new URL(test.url);
    const ask = (head: string) =>
      new Promise<string>((resolve, reject) => {
        const socket = connect(Number(port), "localhost", () =>
          socket.write(`${head}\r\nHost: localhost\r\n\r\n`),
        );
        let text = "";
        socket.on("data", (chunk) => (text += chunk.toString("latin1")));
        socket.on("close", () => resolve(text));
        socket.on("error", (error) => (text === "" ? reject(error) : resolve(text)));
        socket.setTimeout(3_000, () => socket.destroy());
      });
    const many = (line: (n: number) => string, joint: string) =>
      Array.from({ length: 10_000 }, (_, n) => line(n)).join(joint);
    for (const head of [
      `GET /health HTTP/1.1\r\n${many((n) => `x-${n}: y`, "\r\n")}`,
      `GET /health HTTP/1.1\r\ncookie: ${many((n) => `c${n}=1`, "; ")}`,
      `GET /health?${many((n) => `q${n}=1`, "&")} HTTP/1.1`,
    ])
      expect((await ask(head)).slice(0, 12), head.slice(0, 40)).toMatch(/^HTTP\/1\.1 (431|400|414)$|^$/);
    expect((await fetch(`${test.url}/health`)).status).toBeLessThan(600);
  });
});
