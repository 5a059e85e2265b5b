import { spawn } from "node:child_process";
import type { Check } from "./checks.ts";

export interface CheckResult {
  name: string;
  passed: boolean;
  seconds: number;
  output: string;
}

/** Runs one check quietly and keeps what it printed. */
export function runCheck(check: Check, root: string): Promise<CheckResult> {
  const startedAt = Date.now();
  const [command = "", ...args] = check.command;
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, FORCE_COLOR: "0" },
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
    const finish = (passed: boolean) => {
      resolve({ name: check.name, passed, seconds: (Date.now() - startedAt) / 1000, output: output.trim() });
    };
    child.on("error", (error) => {
      output += error.message;
      finish(false);
    });
    child.on("close", (code) => finish(code === 0));
  });
}

/**
 * Runs the checks, `lanes` at a time, in the given order.
 * @param report called as each check ends, so that a person sees progress
 */
export async function runChecks(
  checks: Check[],
  run: (check: Check) => Promise<CheckResult>,
  options: RunOptions,
) {
  const waiting = [...checks];
  const results: CheckResult[] = [];
  const lane = async () => {
    for (let check = waiting.shift(); check; check = waiting.shift()) {
      const result = await run(check);
      results.push(result);
      options.report(result);
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, options.lanes) }, lane));
  return results;
}

export interface RunOptions {
  lanes: number;
  report: (result: CheckResult) => void;
}
