// `npm test`: unit, integration and browser tests against real servers, and what holds while they fail. The last
// line is the result. `--full` (`npm run test:full`) adds the long runs of simulation and chaos: about an hour.
import type { ChildProcess } from "node:child_process";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { withProgress } from "../bootstrap/progress.mjs";
import { BuildFailure } from "../build/build-failure.ts";
import { buildProduct } from "../build/build-product.ts";
import { listenForStop } from "../start/stop-signal.ts";
import { ensureSystemPrograms } from "./install-programs.ts";
import { runSuite, type Suite } from "./run-suite.ts";
import {
  addCounts,
  countPlaywright,
  countVitest,
  isGreen,
  noTests,
  summaryLine,
  type TestCount,
} from "./test-count.ts";
import { TestRunFailure } from "./test-run-failure.ts";

const root = path.resolve(import.meta.dirname, "../..");
const reports = path.join(root, "test-results");
const stop = listenForStop();
const full = { PULSEKEEP_TEST_FULL: "1", PULSEKEEP_SIMULATION_SEEDS: "5000" };
const env = process.argv.includes("--full") ? { ...full, ...process.env } : process.env;

const bin = (name: string) => path.join(root, "node_modules/.bin", name);

function vitest(project: string): Suite {
  const reportFile = path.join(reports, `${project}.json`);
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${reportFile}`];
  return {
    name: `${project} tests`,
    command: [bin("vitest"), "run", "--project", project, ...reporters],
    cwd: root,
    env,
    reportFile,
    count: countVitest,
  };
}

function browser(): Suite {
  const reportFile = path.join(reports, "browser.json");
  return {
    name: "browser tests",
    command: [bin("playwright"), "test", "--config", "playwright.config.ts"],
    cwd: path.join(root, "e2e"),
    env: { ...env, PLAYWRIGHT_JSON_OUTPUT_FILE: reportFile },
    reportFile,
    count: countPlaywright,
  };
}

async function runAll(): Promise<TestCount> {
  ensureSystemPrograms();
  await withProgress("building", () => buildProduct(root, stop));
  mkdirSync(reports, { recursive: true });
  const counts: TestCount[] = [];
  for (const suite of [vitest("unit"), vitest("integration"), vitest("chaos"), browser()]) {
    if (stop.aborted) return addCounts([...counts, { ...noTests, failed: 1 }]);
    counts.push(await runSuite(suite, forwardStop));
  }
  return addCounts(counts);
}

function forwardStop(child: ChildProcess): void {
  const end = () => child.kill("SIGTERM");
  stop.addEventListener("abort", end, { once: true });
  child.once("close", () => stop.removeEventListener("abort", end));
}

function explain(error: unknown): TestCount {
  const expected = error instanceof TestRunFailure || error instanceof BuildFailure || stop.aborted;
  console.error(expected ? `\npulsekeep: ${(error as Error).message}` : error);
  return { ...noTests, failed: 1 };
}

const total = await runAll().catch(explain);
process.exitCode = isGreen(total) ? 0 : 1;
console.log(`\n${summaryLine(total)}`);
