import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { Figures } from "../contender.ts";
import { BenchFailure } from "../failure.ts";
import { percentile } from "../medians.ts";
import { checkLedger } from "../ours/check-ledger.ts";
import { insertPunctualPulses } from "../ours/punctual-pulses.ts";
import type { EnrolledWorker } from "./enrolled-workers.ts";
import { type HandshakeSite, inTurns } from "./handshakes.ts";

const WAIT_SECONDS = 25;
const LOOK_MS = 200;
const SETTLE_LIMIT_MS = 60_000;
const LEAD_MS = 5_000;
const RUN_LIMIT_MS = 60_000;

type Claimed = { runs: { runId: string; fence: number }[] };

/**
 * All workers wait in a long poll of one process; then runs fall due, one per worker, at a constant rate. What is
 * measured is the time from the offer, by the ledger, to the answer in the worker's hands.
 */
export async function measureLongPolls(
  site: HandshakeSite,
  workers: readonly EnrolledWorker[],
  load: { runs: number; perSecond: number },
): Promise<Figures> {
  const tokens = workers.map((worker) => site.issuer.sign(worker));
  await inTurns(workers.length, site.inFlight, async (number) => {
    const [worker, token] = [workers[number], tokens[number]];
    if (worker && token) await site.client.hello(worker, token);
  });
  const idle = await site.server.readUsage("collected");
  const answeredMs = new Map<string, number>();
  let failure: Error | undefined;
  const polling = new AbortController();
  for (const worker of workers)
    void pollUntil(polling.signal, () => pollOnce(site, worker, answeredMs)).catch((error: unknown) => {
      failure ??= error instanceof Error ? error : new Error(String(error));
    });
  const held = await settle(site, workers.length);
  const size = { workers: workers.length, lanesPerWorker: 1 };
  const firstMs = Date.now() + LEAD_MS;
  const due = Array.from({ length: load.runs }, (_, number) => ({
    dueMs: firstMs + Math.floor((number * 1_000) / load.perSecond),
    // Neighbours in time belong to different workspaces.
    lane: (number * 7_919) % workers.length,
  }));
  await insertPunctualPulses(site.pool, { size, due });
  const limitMs = firstMs + (load.runs / load.perSecond) * 1_000 + RUN_LIMIT_MS;
  while (answeredMs.size < load.runs && failure === undefined && Date.now() < limitMs) await delay(LOOK_MS);
  polling.abort();
  if (failure !== undefined) throw failure;
  await checkLedger(site.pool, { runs: load.runs, reported: answeredMs.size });
  const latency = await latencies(site, answeredMs);
  return {
    waiting: { value: workers.length, unit: "workers" },
    waiting_memory: { value: (held.used - idle.used) / workers.length / 1_000, unit: "kB" },
    waiting_rss: { value: held.rss / 1e6, unit: "MB" },
    claim_p50: { value: percentile(latency, 0.5), unit: "ms" },
    claim_p99: { value: percentile(latency, 0.99), unit: "ms" },
    claim_max: { value: percentile(latency, 1), unit: "ms" },
  };
}

/** What fails after the end has failed by the end: the connections are cut. */
async function pollUntil(end: AbortSignal, poll: () => Promise<void>): Promise<void> {
  while (!end.aborted)
    try {
      await poll();
    } catch (error) {
      if (!end.aborted) throw error;
    }
}

async function pollOnce(
  site: HandshakeSite,
  worker: EnrolledWorker,
  answeredMs: Map<string, number>,
): Promise<void> {
  const body = { claimId: randomBytes(16).toString("base64url"), max: 10, waitSeconds: WAIT_SECONDS };
  const { runs } = (await site.client.call(worker, "claim", { body })) as Claimed;
  const nowMs = performance.timeOrigin + performance.now();
  for (const { runId, fence } of runs) {
    const at = new Date().toISOString();
    const result = { outcome: "succeeded", commitSha: "a".repeat(40), facts: null };
    const report = { runId, fence, signalId: null, startedAt: at, finishedAt: at, result };
    await site.client.call(worker, "report", { body: report });
    answeredMs.set(runId, nowMs);
  }
}

/** Until all wait at once and nothing moves any more. */
async function settle({ server }: HandshakeSite, workers: number) {
  const limitMs = Date.now() + SETTLE_LIMIT_MS;
  while (Date.now() < limitMs) {
    const before = await server.readUsage();
    await delay(LOOK_MS);
    const after = await server.readUsage("collected");
    if (before.waiting === workers && after.waiting === workers) return after;
  }
  throw new BenchFailure(`The ${workers} workers did not all wait at once`);
}

async function latencies({ pool }: HandshakeSite, answeredMs: Map<string, number>): Promise<number[]> {
  const { rows } = await pool.query<{ id: string; offered: number }>(
    "select id, 1000 * extract(epoch from offered_at)::float8 as offered from runs",
  );
  return rows.flatMap(({ id, offered }) => {
    const at = answeredMs.get(id);
    return at === undefined ? [] : [at - offered];
  });
}
