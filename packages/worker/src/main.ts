import { randomBytes } from "node:crypto";
import { appendFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { readConfig } from "./config.js";
import { readCron } from "./read-cron.js";
import { redact } from "./redact.js";
import { RELEASE_ROOT } from "./release-root.js";
import { readRunnerFacts } from "./runner-facts.js";
import { WORKER_VERSION } from "./version.js";
import { work } from "./work.js";

const read = readConfig(process.env);
const secrets = read.ok ? read.config.secrets : [];
const lines: string[] = [];
const log = (line: string) => {
  const clean = redact(line, secrets);
  lines.push(clean);
  process.stdout.write(`keepstreak: ${clean}\n`);
};

let isStopping = false;
for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.once(signal, () => {
    isStopping = true;
  });
}

if (read.ok) {
  const hello = { workerVersion: WORKER_VERSION, runner: readRunnerFacts(process.env) };
  const around = {
    now: () => new Date(),
    randomBytes,
    sleep: (ms: number) => sleep(ms),
    fetch,
    log,
    isStopping: () => isStopping,
  };
  const cron = readCron(process.env["GITHUB_EVENT_PATH"]);
  const config = { ...read.config, releaseRoot: RELEASE_ROOT, ...(cron === undefined ? {} : { cron }) };
  process.exitCode = await work(config, around, hello);
} else {
  log(read.problem);
  process.exitCode = 1;
}

const summary = process.env["GITHUB_STEP_SUMMARY"];
// Indented lines are shown as they are, so nothing in them becomes a link or an image.
if (summary)
  appendFileSync(summary, `### KeepStreak worker\n\n${lines.map((line) => `    ${line}\n`).join("")}`);
