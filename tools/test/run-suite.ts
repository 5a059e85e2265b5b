import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { noTests, type TestCount, withExitCode } from "./test-count.ts";

export interface Suite {
  name: string;
  command: string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** Where the command writes its machine-readable report. */
  reportFile: string;
  count: (report: never) => TestCount;
}

/** Runs one suite with its output in the open and counts from its report. */
export async function runSuite(suite: Suite, started: (child: ChildProcess) => void): Promise<TestCount> {
  console.log(`\n--- ${suite.name}`);
  rmSync(suite.reportFile, { force: true });
  const [command = "", ...args] = suite.command;
  const child = spawn(command, args, {
    cwd: suite.cwd,
    env: suite.env,
    stdio: ["ignore", "inherit", "inherit"],
  });
  started(child);
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code ?? 1));
  });
  return withExitCode(readCount(suite), exitCode);
}

function readCount(suite: Suite): TestCount {
  if (!existsSync(suite.reportFile)) return { ...noTests, failed: 1 };
  return suite.count(JSON.parse(readFileSync(suite.reportFile, "utf8")) as never);
}
