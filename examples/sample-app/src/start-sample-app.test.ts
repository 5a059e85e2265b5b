import { Agent, request } from "node:http";
import { signScrapeV2, signScrapeV3 } from "@pulsekeep/signing";
import { afterEach, describe, expect, it } from "vitest";
import { type SampleApp, startSampleApp } from "./start-sample-app.js";

const secret = "spm_of-this-test";
const apps: SampleApp[] = [];
afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.close()));
});

async function start(version: string, hmacSecret?: string): Promise<SampleApp> {
  const app = await startSampleApp({
    version,
    port: 0,
    // Nothing here depends on how fast it is.
    warmUpMs: 0,
    windowSeconds: 60,
    memoryLimitBytes: 4 * 1_073_741_824,
    hmacSecret,
  });
  apps.push(app);
  return app;
}

const listStatus = async ({ url }: SampleApp, category: string) =>
  (await fetch(`${url}/categories/${category}`, { redirect: "manual" })).status;
const checkOut = async ({ url }: SampleApp, customer: object) =>
  (
    await fetch(`${url}/checkouts`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ itemIds: ["books-1", "music-2"], customer }),
    })
  ).status;
const scrape = async ({ url }: SampleApp, headers: Record<string, string> = {}) => {
  const answer = await fetch(`${url}/seqpulse-metrics`, { headers });
  return { status: answer.status, body: (await answer.json()) as { metrics: Record<string, number> } };
};
const signed = () =>
  signScrapeV2({
    secret,
    projectId: "p-1",
    method: "GET",
    path: "/seqpulse-metrics",
    nonce: crypto.randomUUID(),
    now: new Date(),
  });

describe("the sample shop", () => {
  it("lists, shows and sells", async () => {
    const app = await start("v1.4.0");
    const list = (await (await fetch(`${app.url}/categories/books`)).json()) as { id: string }[];
    expect(list).toHaveLength(60);
    expect(await (await fetch(`${app.url}/items/${list[7]?.id}`)).json()).toEqual(list[7]);
    expect(await checkOut(app, { id: "c-1" })).toBe(201);
  });

  it("reads no file outside its folder, whatever the address says", async () => {
    const app = await start("v1.4.0");
    for (const id of ["..%2F..%2Fetc-1", "books-1.json", "books-999", "%00-1"])
      expect((await fetch(`${app.url}/items/${id}`)).status).toBe(404);
    expect(await (await fetch(`${app.url}/categories/..%2Fetc`)).json()).toEqual([]);
  });

  it("tells of the requests that it really served, not of scrapes and health checks", async () => {
    const app = await start("v1.6.0");
    for (let i = 0; i < 3; i += 1) await listStatus(app, "books");
    await checkOut(app, { id: "c-1" });
    await fetch(`${app.url}/health`);
    await scrape(app);
    const { metrics } = (await scrape(app)).body;
    expect(metrics.error_rate).toBe(0.25);
    expect(metrics.latency_p95).toBeGreaterThan(0);
    for (const share of [metrics.cpu_usage, metrics.memory_usage]) expect(share).toBeGreaterThan(0);
  });

  it("answers a signed scrape once, and nobody else", async () => {
    const app = await start("v1.4.0", secret);
    const headers = signed();
    expect((await scrape(app, headers)).status).toBe(200);
    expect(await scrape(app, headers)).toEqual({ status: 401, body: { error: "nonce_reused" } });
    expect((await scrape(app)).status).toBe(401);
    const forged = { ...signed(), "X-SeqPulse-Signature": `sha256=${"0".repeat(64)}` };
    expect((await scrape(app, forged)).status).toBe(401);
  });

  it("offers HMAC v3, and takes it for its own host and address alone", async () => {
    const app = await start("v1.4.0", secret);
    const refused = await fetch(`${app.url}/seqpulse-metrics`);
    expect(refused.headers.get("x-seqpulse-signature-versions")).toBe("v2, v3");
    const { host } = new URL(app.url);
    const sign = (place: { host: string; target: string }) =>
      signScrapeV3({
        secret,
        projectId: "p-1",
        method: "GET",
        nonce: crypto.randomUUID(),
        now: new Date(),
        ...place,
      });
    expect((await scrape(app, sign({ host, target: "/seqpulse-metrics" }))).status).toBe(200);
    for (const place of [
      { host: "127.0.0.1:1", target: "/seqpulse-metrics" },
      { host, target: "/seqpulse-metrics?all" },
    ])
      expect(await scrape(app, sign(place))).toEqual({ status: 401, body: { error: "bad_signature" } });
  });

  it("ends as soon as it has answered, although connections are kept alive", async () => {
    const app = await start("v1.4.0");
    const agent = new Agent({ keepAlive: true });
    const headers = { "content-type": "application/json", expect: "100-continue" };
    const outgoing = request({ port: app.port, path: "/checkouts", method: "POST", agent, headers });
    const status = new Promise((resolve, reject) => {
      outgoing.on("error", reject);
      outgoing.on("response", (answer) => answer.resume().on("end", () => resolve(answer.statusCode)));
    });
    await new Promise((resolve) => outgoing.once("continue", resolve));
    const startedAt = performance.now();
    const closed = app.close();
    outgoing.end(JSON.stringify({ itemIds: ["books-1"], customer: { id: "c-1" } }));
    expect(await status).toBe(201);
    await closed;
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    agent.destroy();
  });

  it("refuses a version that there is not", async () => {
    await expect(start("../../etc")).rejects.toThrow(RangeError);
    await expect(start("constructor")).rejects.toThrow(/there are v1\.4\.0/);
  });
});

describe("versions of the sample shop", () => {
  it("v1.6.0 fails checkouts of customers without a loyalty card, and no others", async () => {
    const app = await start("v1.6.0");
    expect(await checkOut(app, { id: "c-1" })).toBe(500);
    expect(await checkOut(app, { id: "c-1", loyaltyCard: { points: 10 } })).toBe(201);
  });

  it("v1.9.0 sends those who look for a category to an address that is not there", async () => {
    const app = await start("v1.9.0");
    const statuses = await Promise.all(
      ["books", "games", "garden", "kitchen", "music", "travel"].map((category) => listStatus(app, category)),
    );
    expect(new Set(statuses)).toEqual(new Set([303]));
  });

  it.each(["v1.5.0", "v1.7.0", "v1.8.0"])("%s answers as it should", async (version) => {
    const app = await start(version);
    const list = (await (await fetch(`${app.url}/categories/music`)).json()) as unknown[];
    expect(list).toHaveLength(60);
    expect(await checkOut(app, { id: "c-1" })).toBe(201);
  });
});
