import path from "node:path";
import { withProgress } from "../bootstrap/progress.mjs";
import { webServerFile } from "../build/place-web-assets.ts";
import { pickPort, requireFreePort } from "./ports.ts";
import { apiEnvironment, type EmulatedAddresses, webEnvironment } from "./product-environment.ts";
import { readyLines } from "./ready-line.ts";
import { removeRunningFile, writeRunningFile } from "./running-file.ts";
import { type LocalSecrets, loadLocalSecrets } from "./secrets.ts";
import { answers, frugalNode, type ProcessSpec, startProcess, waitUntil } from "./service.ts";
import { ServiceGroup } from "./service-group.ts";
import { startEmulators } from "./start-emulators.ts";
import type { StartOptions } from "./start-options.ts";
import { startPostgres } from "./start-postgres.ts";
import { findRedisServer, startRedis } from "./start-redis.ts";
import { startStandIn } from "./start-stand-in.ts";

// The API first: it finishes requests and gives back what it holds while everything it needs still runs.
const stopStages = [["API"], ["web server", "GitHub stand-in", "emulators"]];

/**
 * Starts every service, waits until the product answers, says so, and stays until asked to stop.
 * @throws StartFailure when a service cannot start or ends by itself
 */
export async function superviseProduct(
  options: StartOptions,
  stop: AbortSignal,
  startedAt: number,
): Promise<void> {
  const group = new ServiceGroup();
  const requestStop = () => group.requestStop();
  stop.addEventListener("abort", requestStop);
  if (stop.aborted) requestStop();
  try {
    await startServices(options, group);
    for (const line of readyLines(options, (Date.now() - startedAt) / 1000)) console.log(line);
    await new Promise<void>((resolve) => onAbort(group.ending, resolve));
  } catch (error) {
    // When the group ended meanwhile, whatever was waiting for it failed only because of that.
    if (!group.ending.aborted) throw error;
  } finally {
    if (stop.aborted) console.log("stopping ...");
    removeRunningFile(options.dataDir);
    await group.stopAll(stopStages);
  }
  if (group.failure) throw group.failure;
}

async function startServices(options: StartOptions, group: ServiceGroup): Promise<void> {
  const secrets = loadLocalSecrets(options.dataDir);
  await requireFreePort(options.port, "PORT");
  if (options.usesStandIn) await requireFreePort(options.standInPort, "PULSEKEEP_STAND_IN_PORT");
  const database = await provideDatabase(options, group);
  const redisUrl = await provideRedis(options, group, secrets);
  const [emulated] = await Promise.all([
    provideEmulators(options, group, secrets),
    options.usesStandIn ? provideStandIn(options, group, secrets) : undefined,
  ]);
  const webPort = await pickPort(3100);
  const addresses = { databaseUrl: database.url, redisUrl, webPort, emulated };
  await withProgress("starting the API and the web server", () =>
    startProduct(options, group, secrets, addresses),
  );
  writeRunningFile(options.dataDir, {
    url: options.publicUrl,
    supervisorPid: process.pid,
    pids: Object.fromEntries(group.services.map((service) => [service.name, service.pid])),
    databaseUrl: database.url,
    superuserUrl: database.superuserUrl,
    redisUrl,
    standInUrl: options.usesStandIn ? `http://localhost:${options.standInPort}` : undefined,
    emulated: emulated && { ...emulated },
  });
}

async function provideDatabase(
  options: StartOptions,
  group: ServiceGroup,
): Promise<{ url: string; superuserUrl?: string }> {
  if (options.databaseUrl) return { url: options.databaseUrl };
  const started = await withProgress("starting PostgreSQL", () =>
    startPostgres(options.dataDir, logFolder(options)),
  );
  group.add(started.service);
  group.ending.throwIfAborted();
  return started;
}

async function provideRedis(
  options: StartOptions,
  group: ServiceGroup,
  secrets: LocalSecrets,
): Promise<string | undefined> {
  if (options.redisUrl) return options.redisUrl;
  const command = findRedisServer();
  if (!command) {
    console.log(
      "  no redis-server or valkey-server (7 or newer) on the PATH: PostgreSQL carries the messages",
    );
    return undefined;
  }
  const place = { dataDir: options.dataDir, logFolder: logFolder(options), password: secrets.redisPassword };
  const started = await withProgress("starting Redis", () =>
    startRedis(command, { ...place, signal: group.ending }),
  );
  group.add(started.service);
  return started.url;
}

async function provideEmulators(
  options: StartOptions,
  group: ServiceGroup,
  secrets: LocalSecrets,
): Promise<EmulatedAddresses | undefined> {
  if (!options.usesStandIn) return undefined;
  const what = "starting the emulators of Google, Apple, Slack and Resend";
  const started = await withProgress(what, () => startEmulators(options, secrets, group.ending));
  group.add(started.service);
  return started.addresses;
}

async function provideStandIn(
  options: StartOptions,
  group: ServiceGroup,
  secrets: LocalSecrets,
): Promise<void> {
  const service = await withProgress("starting the GitHub stand-in", () =>
    startStandIn(options, secrets, group.ending),
  );
  group.add(service);
}

async function startProduct(
  options: StartOptions,
  group: ServiceGroup,
  secrets: LocalSecrets,
  addresses: Parameters<typeof apiEnvironment>[3],
): Promise<void> {
  const common = { command: process.execPath, cwd: options.root, logFolder: logFolder(options) };
  const api: ProcessSpec = {
    ...common,
    name: "API",
    args: [...frugalNode(8), path.join(options.root, "apps/api/dist/main.js")],
    env: apiEnvironment(process.env, options, secrets, addresses),
    stopTimeoutMs: 6_000,
  };
  const web: ProcessSpec = {
    ...common,
    name: "web server",
    args: [...frugalNode(8), webServerFile(options.root)],
    env: webEnvironment(process.env, options, addresses.webPort),
    stopTimeoutMs: 2_000,
  };
  await Promise.all([
    startAndWait(group, api, `http://127.0.0.1:${options.port}/health`, (status) => status === 200),
    // Any answer will do: whether a page works is for the tests to say, not for the start.
    startAndWait(group, web, `http://127.0.0.1:${addresses.webPort}/icon.svg`, () => true),
  ]);
}

async function startAndWait(
  group: ServiceGroup,
  spec: ProcessSpec,
  url: string,
  passes: (status: number) => boolean,
): Promise<void> {
  const service = group.add(startProcess(spec));
  const limits = { timeoutMs: 90_000, signal: group.ending, lastLines: service.lastLines };
  await waitUntil(`The ${spec.name}`, () => answers(url, passes), limits);
}

function logFolder(options: StartOptions): string {
  return path.join(options.dataDir, "logs");
}

function onAbort(signal: AbortSignal, then: () => void): void {
  if (signal.aborted) then();
  else signal.addEventListener("abort", then, { once: true });
}
