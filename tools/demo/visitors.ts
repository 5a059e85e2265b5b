import { Agent, type IncomingMessage, request as startRequest } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { brotliDecompressSync } from "node:zlib";
import { startDemand } from "./demand.ts";

/** On average: some 37 requests a second, as each looks around. */
const VISITORS_PER_SECOND = 8;
const LONGEST_VISIT_REQUESTS = 8;
/** On average, between two looks. */
const THINK_MS = 500;
/** Visitors at once; beyond it new ones turn away, so that a slow shop is not buried. */
const MAX_VISITORS = 300;
const REQUEST_TIMEOUT_MS = 10_000;

const CATEGORIES = ["books", "games", "garden", "kitchen", "music", "travel"];

export interface Visitors {
  /** Requests sent so far. */
  readonly sent: number;
  stop: () => Promise<void>;
}

/**
 * People on the shop's pages: they arrive at random, in the rhythm and the bursts of `startDemand`, open a category,
 * look at items, and some buy. Who gets no list leaves. Loopback only.
 */
export function startVisitors(port: number, perSecond = VISITORS_PER_SECOND): Visitors {
  const demandAt = startDemand(performance.now());
  const stopping = new AbortController();
  const agent = new Agent({ keepAlive: true, maxSockets: 128 });
  const present = new Set<Promise<void>>();
  const counter = { sent: 0 };
  const send: Send = (method, path, body) => {
    counter.sent += 1;
    return sendRequest({ port, agent, method, path, body, signal: stopping.signal });
  };
  const arriving = (async () => {
    while (!stopping.signal.aborted) {
      await pause(
        -Math.log(1 - Math.random()) * (1_000 / (perSecond * demandAt(performance.now()))),
        stopping.signal,
      );
      if (stopping.signal.aborted || present.size >= MAX_VISITORS) continue;
      const visit = visitShop(send, stopping.signal).finally(() => present.delete(visit));
      present.add(visit);
    }
  })();
  return {
    get sent() {
      return counter.sent;
    },
    stop: async () => {
      stopping.abort();
      await Promise.all([arriving, ...present]);
      agent.destroy();
    },
  };
}

type Send = (method: string, path: string, body?: unknown) => Promise<{ status: number; text: string }>;

async function visitShop(send: Send, signal: AbortSignal): Promise<void> {
  const list = await send("GET", `/categories/${pick(CATEGORIES)}`);
  if (list.status !== 200) return;
  const items = (JSON.parse(list.text) as { id: string }[]).map(({ id }) => id);
  const basket: string[] = [];
  for (
    let look = 2 + Math.floor(Math.random() * 3);
    look > 0 && basket.length < LONGEST_VISIT_REQUESTS;
    look -= 1
  ) {
    await pause(-Math.log(1 - Math.random()) * THINK_MS, signal);
    const id = pick(items);
    const item = await send("GET", `/items/${id}`);
    if (signal.aborted || item.status !== 200) return;
    basket.push(id);
  }
  if (Math.random() < 0.6) await buy(send, basket);
}

async function buy(send: Send, itemIds: string[]): Promise<void> {
  const loyaltyCard = Math.random() < 0.4 ? { points: 120 } : undefined;
  const customer = { id: `customer-${Math.floor(Math.random() * 10_000)}`, loyaltyCard };
  await send("POST", "/checkouts", { itemIds, customer });
}

function sendRequest(options: {
  port: number;
  agent: Agent;
  method: string;
  path: string;
  body: unknown;
  signal: AbortSignal;
}): Promise<{ status: number; text: string }> {
  const { port, agent, method, path, body, signal } = options;
  const headers = {
    "accept-encoding": "br",
    ...(body === undefined ? {} : { "content-type": "application/json" }),
  };
  return new Promise((resolve) => {
    const failed = () => resolve({ status: 0, text: "" });
    const outgoing = startRequest(
      { host: "127.0.0.1", port, agent, method, path, headers, signal, timeout: REQUEST_TIMEOUT_MS },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on("data", (chunk: Buffer) => chunks.push(chunk));
        answer.on("end", () =>
          resolve({ status: answer.statusCode ?? 0, text: textOf(answer, Buffer.concat(chunks)) }),
        );
        answer.on("error", failed);
      },
    );
    outgoing.on("error", failed);
    outgoing.on("timeout", () => outgoing.destroy());
    outgoing.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

const textOf = ({ headers }: IncomingMessage, body: Buffer): string =>
  (headers["content-encoding"] === "br" ? brotliDecompressSync(body) : body).toString("utf8");

const pick = <T>(from: readonly T[]): T => from[Math.floor(Math.random() * from.length)] as T;

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}
