import { randomInt } from "node:crypto";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { closeRuns } from "./actions/close-runs.js";
import { createRunnerHost } from "./actions/runner-host.js";
import type { StandInContext, StandInUrls } from "./context.js";
import { FaultBoard } from "./faults/fault-board.js";
import { RequestLog } from "./faults/request-log.js";
import { GitServer } from "./git/git-server.js";
import { OidcIssuer } from "./oidc/oidc-issuer.js";
import { DEFAULT_PORT, DEFAULT_USERS, type StandInOptions } from "./options.js";
import { createRunner } from "./runner/create-runner.js";
import type { Runner, RunnerOptions } from "./runner/runner-host.js";
import { buildServer } from "./server.js";
import { Store } from "./store/store.js";

const HOST = "127.0.0.1";

export interface StandIn {
  /** Web pages, OAuth and git; the `GITHUB_URL` of the product. */
  readonly url: string;
  readonly apiUrl: string;
  readonly oidcIssuer: string;
  readonly port: number;
  /** For tests that seed faults or look at state without HTTP. */
  readonly context: StandInContext;
  /** Resolves when no workflow run is queued or in progress. */
  whenIdle(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Starts the local GitHub on loopback. Throws in production, when the port is taken (`EADDRINUSE`) or
 * when the data directory cannot be used.
 */
export async function startStandIn(options: StandInOptions): Promise<StandIn> {
  if (process.env["NODE_ENV"] === "production")
    throw new Error(
      "The GitHub stand-in does not start with NODE_ENV=production: configure a real GitHub OAuth app.",
    );
  const now = options.now ?? Date.now;
  const port = options.port || (options.port === 0 ? await findFreePort() : DEFAULT_PORT);
  const urls = urlsOf(port);
  mkdirSync(options.dataDir, { recursive: true, mode: 0o755 });
  if (options.issuedTokensFile) mkdirSync(dirname(options.issuedTokensFile), { recursive: true });
  const store = new Store({ dataDir: options.dataDir, now, issuedTokensFile: options.issuedTokensFile });
  for (const user of options.users ?? DEFAULT_USERS) store.users.ensure(user.login, user);
  const context: StandInContext = {
    store,
    git: new GitServer(options.dataDir),
    oidc: await OidcIssuer.open(store.meta, { issuer: urls.oidc, now }),
    faults: new FaultBoard(),
    requests: new RequestLog(),
    apps: options.apps,
    now,
    urls,
    timeScale: (options.runner && options.runner.timeScale) || 1,
    runner: undefined,
  };
  const leftOpen = store.runs.listOpen();
  context.runner = openRunner(context, options);
  const setTimeScale = async (scale: number): Promise<void> => {
    context.timeScale = scale;
    await context.runner?.stop();
    context.runner = openRunner(context, options);
    context.runner?.start();
  };
  const app = buildServer(context, { portOf: () => port, setTimeScale });
  try {
    await app.listen({ host: HOST, port });
  } catch (error) {
    store.close();
    throw error;
  }
  // Only with the port in hand: before that the runs may belong to a process that still works on them.
  closeRuns(context, leftOpen);
  if (options.runner !== false && options.runner?.startSchedules !== false) context.runner?.start();
  return {
    url: urls.web,
    apiUrl: urls.api,
    oidcIssuer: urls.oidc,
    port,
    context,
    whenIdle: async () => context.runner?.whenIdle(),
    close: async () => {
      // Jobs still call the API while they are being ended.
      await context.runner?.stop();
      await app.close();
      store.close();
    },
  };
}

function urlsOf(port: number): StandInUrls {
  const web = `http://localhost:${port}`;
  return { web, api: `${web}/api`, oidc: `${web}/oidc` };
}

function openRunner(context: StandInContext, options: StandInOptions): Runner | undefined {
  if (options.runner === false) return undefined;
  const { startSchedules: _, ...settings } = options.runner ?? {};
  const runnerOptions: RunnerOptions = {
    workDir: join(options.dataDir, "work"),
    // Our own Node first, then what every system has: nothing of the caller's PATH.
    toolPath: [dirname(process.execPath), "/usr/local/bin", "/usr/bin", "/bin"].join(":"),
    ...settings,
    timeScale: context.timeScale,
  };
  return createRunner(createRunnerHost(context), runnerOptions);
}

/**
 * The URLs must be known before the first route is built, so a free port is looked up first: below those that
 * systems give to outgoing connections, one of which could take it meanwhile.
 */
async function findFreePort(): Promise<number> {
  for (let tried = 0; tried < 100; tried += 1) {
    const port = randomInt(15_000, 32_000);
    const probe = createServer().listen(port, HOST);
    const isFree = await once(probe, "listening").then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    probe.close();
    await once(probe, "close");
    return port;
  }
  throw new Error("No free port");
}
