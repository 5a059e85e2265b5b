import { randomBytes } from "node:crypto";
import { readConfig, type WorkerConfig } from "@pulsekeep/worker/config";
import { redact } from "@pulsekeep/worker/redact";
import { reside, type ResidentEnd } from "@pulsekeep/worker/reside";
import type { ResidentEvent, ResidentSurroundings } from "@pulsekeep/worker/resident-stay";
import { readRunnerFacts } from "@pulsekeep/worker/runner-facts";
import { WORKER_VERSION } from "@pulsekeep/worker/version";
import { work } from "@pulsekeep/worker/work";
import { CliFailure } from "../command-line/cli-failure.js";
import type { Command, Request } from "../command-line/command.js";
import { getGitHubToken } from "../github/github-token.js";
import type { Terminal } from "../terminal/terminal.js";
import { isInActions, residentEnvironment, withToken } from "./resident-environment.js";
import { type RunningStatus, statusFilePath, writeRunningStatus } from "./status-file.js";
import { CONFIG_OPTION, findWorkerFile, workerFilePath } from "./worker-file.js";

const WHAT_TO_DO: Readonly<Record<string, string>> = {
  proof_refused:
    "Is this machine's clock right? Was the worker's secret replaced? If so: pulsekeep worker init --resident",
  worker_disabled: "It was removed, or its secret has expired. The worker's page on the server says which.",
  runner_token_refused: "The server knows this worker as one on GitHub Actions; it does not run here.",
};

/**
 * The server proves no answer to somebody whom it does not know, and anybody in between could say the same. So it is no
 * reason to end, but one to be looked at.
 */
const UNKNOWN_THERE = /^status 401\b/;
const WHAT_IT_MAY_BE =
  "whoever answers there does not know this worker: was it disconnected, its secret replaced, or is this clock wrong? Its page on the server says; this goes on trying";

export const workerRun: Command = {
  words: ["worker", "run"],
  summary: "Run a resident worker: wait for instructions, carry them out, report.",
  description: [
    "Stays connected and acts within seconds of a pulse's time, with the same signed protocol and the same allow.json as a worker on GitHub Actions. It reconnects by itself.",
    "The first SIGTERM or SIGINT lets it finish and report what it is doing and give back the rest; the second ends it at once.",
    'Your token is taken from GH_TOKEN or GITHUB_TOKEN, or from "gh auth token". A container needs no file: KEEPSTREAK_SERVER_URL, KEEPSTREAK_CLIENT_ID, HANDSHAKE_SECRET and GITHUB_REPOSITORY say everything.',
  ],
  options: {
    once: { help: "do what is due now, then end: for a scheduler of your own" },
    config: CONFIG_OPTION,
  },
  exits: {
    0: "it was stopped, or there is nothing left to do",
    1: "the server will not have this worker until you do something",
    2: "nothing to run: file, token or variables are missing or wrong",
    130: "ended at once by a second signal",
  },
  examples: ["pulsekeep worker run", "pulsekeep worker run --once --config /etc/pulsekeep/worker.json"],
  run,
};

async function run({ options, json }: Request, terminal: Terminal): Promise<number> {
  if (isInActions(terminal)) {
    throw new CliFailure("inside_actions", "This is a GitHub Actions job; its worker is worker.mjs.", {
      exitCode: 2,
    });
  }
  const config = await readResidentConfig(options, terminal);
  const log = (line: string): void =>
    terminal.note(`${terminal.now().toISOString()} ${redact(line, config.secrets)}`);
  const hello = {
    workerVersion: WORKER_VERSION,
    runner: readRunnerFacts({
      GITHUB_REPOSITORY: config.repository,
      // Nobody is to wait for who is woken by somebody else's schedule.
      GITHUB_EVENT_NAME: options["once"] === true ? "own_scheduler" : undefined,
    }),
  };
  const around = { now: terminal.now, randomBytes, fetch: terminal.fetch, log };
  if (options["once"] === true) {
    const isStopping = (): boolean => terminal.stop.aborted;
    const exitCode = await work(config, { ...around, sleep: terminal.sleep, isStopping }, hello);
    if (json) terminal.print(JSON.stringify({ kind: exitCode === 0 ? "done" : "failed" }));
    return exitCode;
  }
  const status = await openStatus(config, terminal);
  terminal.stop.addEventListener("abort", () => log("stopping: what is under way is finished and reported"));
  log(`worker of ${config.repository} at ${config.server}; its word is its secret, no runner vouches for it`);
  const resident: ResidentSurroundings = {
    ...around,
    sleep: terminal.sleep,
    random: terminal.random,
    stop: terminal.stop,
    onEvent: (event) => {
      if (event.kind === "checked_in") log("connected");
      if (event.kind === "away") log(`${event.why}; next try in ${Math.round(event.nextTryInMs / 1_000)} s`);
      if (event.kind === "away" && UNKNOWN_THERE.test(event.why)) log(WHAT_IT_MAY_BE);
      status.record(event);
    },
  };
  const end = await reside(config, resident, hello);
  const { runsPerformed } = await status.close(end);
  if (json) terminal.print(JSON.stringify({ ...end, runsPerformed }));
  else log(`${runsPerformed} runs performed`);
  if (end.kind === "stopped") return 0;
  throw new CliFailure(end.code, `The server refuses this worker: ${end.code}.`, {
    hint: WHAT_TO_DO[end.code] ?? "The worker's page on the server says why.",
  });
}

async function readResidentConfig(options: Request["options"], terminal: Terminal): Promise<WorkerConfig> {
  const path = workerFilePath(options, terminal);
  const env = residentEnvironment(terminal.env, await findWorkerFile(path));
  if (env["KEEPSTREAK_CLIENT_ID"] === undefined) {
    throw new CliFailure("no_worker", `There is no worker's file at ${path}.`, {
      hint: `"pulsekeep worker init --resident" makes one; a container gets KEEPSTREAK_SERVER_URL, KEEPSTREAK_CLIENT_ID, HANDSHAKE_SECRET and GITHUB_REPOSITORY instead.`,
      exitCode: 2,
    });
  }
  const token = await getGitHubToken({ ...terminal, env: { ...terminal.env, ...env } });
  const read = readConfig(withToken(env, token));
  if (read.ok) return read.config;
  throw new CliFailure("worker_settings_wrong", `${read.problem}.`, { exitCode: 2 });
}

async function openStatus(config: WorkerConfig, terminal: Terminal) {
  const file = statusFilePath(config.clientId, terminal);
  const at = (): string => terminal.now().toISOString();
  let status: RunningStatus = {
    version: 1,
    pid: process.pid,
    startedAt: at(),
    state: "connecting",
    why: null,
    lastCheckInAt: null,
    lastHeardAt: null,
    lastRun: null,
    runsPerformed: 0,
  };
  // One after the other, so that an older state never overwrites a newer one.
  let writing = writeRunningStatus(file, status);
  const write = (): void => {
    const snapshot = status;
    writing = writing.then(() => writeRunningStatus(file, snapshot));
  };
  if (!(await writing))
    terminal.note(`${file} cannot be written, so "worker status" will not see this worker`);
  return {
    record: (event: ResidentEvent): void => {
      status = after(status, event, at());
      write();
    },
    close: async (end: ResidentEnd): Promise<RunningStatus> => {
      status = { ...status, state: end.kind, why: end.kind === "refused" ? end.code : null };
      write();
      await writing;
      return status;
    },
  };
}

function after(status: RunningStatus, event: ResidentEvent, at: string): RunningStatus {
  switch (event.kind) {
    case "checked_in":
      return { ...status, state: "connected", why: null, lastCheckInAt: at, lastHeardAt: at };
    case "heard":
      return { ...status, state: "connected", why: null, lastHeardAt: at };
    case "away":
      return { ...status, state: "away", why: event.why };
    case "performed": {
      const { runId, outcome, reasonCode } = event;
      const lastRun = { runId, outcome, reasonCode, endedAt: at };
      return { ...status, lastRun, runsPerformed: status.runsPerformed + 1 };
    }
  }
}
