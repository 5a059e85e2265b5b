import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { ApiClient } from "../tools/demo/api-client.ts";
import { pickAnyPort } from "../tools/start/ports.ts";
import { BenchFailure } from "./failure.ts";
import { PUBLIC_URL, startServer } from "./gateway/start-server.ts";
import { say } from "./lines.ts";
import { type Fault, FAULTS } from "./live/faults.ts";
import { inWords, printRow, printSummary, type Row, rowOf } from "./live/rows.ts";
import { type DeploymentOrder, watchDeployment } from "./live/watch-deployment.ts";
import type { BenchOptions } from "./options.ts";
import { startServers } from "./servers.ts";

const CLEAN = 40;
const OF_EACH_FAULT = 5;
/** All together leave half of a machine of two cores idle, so that they do not slow each other down. */
const SHOPS = 8;
/** Shops open one after another, so that they are at different points of their deployments. */
const STAGGER_MS = 5_000;

/** Deployments with and without faults in several shops at once, under load, against the whole server. */
export async function benchLive(options: BenchOptions, stop: AbortSignal): Promise<void> {
  const orders = inTurn(options.runs ?? CLEAN, options.faulty ?? OF_EACH_FAULT);
  const shops = Math.min(options.lanes ?? SHOPS, orders.length);
  const ports = await Promise.all(Array.from({ length: shops }, pickAnyPort));
  const servers = await startServers(stop);
  const { place, drop } = await servers.preparePlace("product");
  const server = await startServer(
    {
      place,
      roles: "all",
      keyring: { keyId: "k1", key: randomBytes(32) },
      issuer: "http://localhost:1",
      more: { SCRAPE_ALLOW: ports.map((port) => `127.0.0.1:${port}`).join(",") },
    },
    { profile: options.profile, stop },
  );
  const rows: Row[] = [];
  const failures: string[] = [];
  try {
    const runLane = async (port: number, lane: number) => {
      await delay(lane * STAGGER_MS, undefined, { signal: stop });
      for (let order = orders.shift(); order; order = orders.shift()) {
        const api = new ApiClient(server.url, PUBLIC_URL);
        try {
          const row = rowOf(
            await watchDeployment(order, { api, port, visitorsPerSecond: options.rate, stop }),
          );
          rows.push(row);
          printRow(row);
          say(inWords(row));
        } catch (error) {
          stop.throwIfAborted();
          failures.push(`number ${order.number} (${order.fault}): ${String(error)}`);
        }
        say(`${rows.length} done, ${orders.length} to begin`);
      }
    };
    await Promise.all(ports.map(runLane));
    printSummary(rows, shops);
    if (failures.length > 0) throw new BenchFailure(`No verdict: ${failures.join("; ")}`);
  } finally {
    await server.stop();
    await drop();
    await servers.stop();
  }
}

/** Clean deployments and those of each fault, spread evenly over each other. */
function inTurn(clean: number, ofEachFault: number): DeploymentOrder[] {
  const spread = (fault: Fault | "none", count: number, offset: number) =>
    Array.from({ length: count }, (_, i) => ({ fault, place: (i + offset) / count }));
  const all = [
    ...spread("none", clean, 0.5),
    ...FAULTS.flatMap((fault, i) => spread(fault, ofEachFault, (i + 0.5) / FAULTS.length)),
  ];
  return all.toSorted((a, b) => a.place - b.place).map(({ fault }, number) => ({ number, fault }));
}
