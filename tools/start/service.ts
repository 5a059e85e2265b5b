import type { ChildProcess } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { spawnGuarded } from "@pulsekeep/database/embedded";
import { openServiceLog, readLastLines, type ServiceLog } from "./service-log.ts";
import { StartFailure } from "./start-failure.ts";

/** Something that runs beside the supervisor and that it must stop again. */
export interface Service {
  name: string;
  pid: number;
  /** Settles when it ended, wanted or not, with words for how. */
  ended: Promise<string>;
  lastLines: () => string;
  boundLog: () => void;
  stop: () => Promise<void>;
}

export interface ProcessSpec {
  name: string;
  command: string;
  args: string[];
  env: NodeJS.ProcessEnv;
  cwd: string;
  logFolder: string;
  /** How long it may take over an orderly stop before it is killed. */
  stopTimeoutMs: number;
}

/**
 * Node's arguments for a service of a local installation. Node sizes its young generation for throughput:
 * the API then idles at 315 MB instead of 155 MB. A machine that serves many people starts it differently.
 */
export function frugalNode(youngGenerationMiB: number): string[] {
  return ["--enable-source-maps", `--max-semi-space-size=${youngGenerationMiB}`];
}

export function startProcess(spec: ProcessSpec): Service {
  const log = openServiceLog(spec.logFolder, spec.name);
  const { command, args, env, cwd } = spec;
  const child = spawnGuarded({ command, args, env, cwd, logFd: log.fd, lastSignal: "TERM" });
  const ended = endOf(child, log);
  return {
    name: spec.name,
    pid: child.pid ?? 0,
    ended,
    lastLines: () => readLastLines(log.file, 20),
    boundLog: () => log.bound(),
    stop: () => stopProcess(child, ended, spec.stopTimeoutMs),
  };
}

function endOf(child: ChildProcess, log: ServiceLog): Promise<string> {
  return new Promise((resolve) => {
    const finish = (how: string) => {
      log.close();
      resolve(how);
    };
    child.once("error", (error) => finish(`could not be started: ${error.message}`));
    child.once("exit", (code, signal) =>
      finish(signal ? `was ended by ${signal}` : `ended with exit code ${code}`),
    );
  });
}

async function stopProcess(child: ChildProcess, ended: Promise<string>, timeoutMs: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGTERM");
  const patience = new AbortController();
  const timer = delay(timeoutMs, undefined, { signal: patience.signal, ref: false }).then(
    () => child.kill("SIGKILL"),
    () => undefined,
  );
  await ended;
  patience.abort();
  await timer;
}

/** Polls until the service answers. A service that ends meanwhile is reported by the group that holds it. */
export async function waitUntil(
  what: string,
  isReady: () => Promise<boolean>,
  limits: WaitLimits,
): Promise<void> {
  const deadline = Date.now() + limits.timeoutMs;
  while (!(await isReady())) {
    limits.signal.throwIfAborted();
    if (Date.now() > deadline) {
      throw new StartFailure(
        `${what} did not become ready within ${limits.timeoutMs / 1000} s.\n${limits.lastLines()}`,
      );
    }
    await delay(100, undefined, { signal: limits.signal });
  }
}

export interface WaitLimits {
  timeoutMs: number;
  signal: AbortSignal;
  lastLines: () => string;
}

/** Whether an address answers with a status that passes. */
export async function answers(url: string, passes: (status: number) => boolean): Promise<boolean> {
  try {
    const response = await fetch(url, { redirect: "manual", signal: AbortSignal.timeout(5_000) });
    await response.body?.cancel();
    return passes(response.status);
  } catch {
    return false;
  }
}
