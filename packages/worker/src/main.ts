import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { readConfig } from "./config.js";
import { redact } from "./redact.js";
import { readRunnerFacts } from "./runner-facts.js";
import { WORKER_VERSION } from "./version.js";
import { work } from "./work.js";

const read = readConfig(process.env);
const secrets = read.ok ? read.config.secrets : [];
const log = (line: string) => process.stdout.write(`keepstreak: ${redact(line, secrets)}\n`);

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
  process.exitCode = await work(read.config, around, hello);
} else {
  log(read.problem);
  process.exitCode = 1;
}
