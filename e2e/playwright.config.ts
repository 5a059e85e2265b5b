import { defineConfig } from "@playwright/test";
import { chromium, findProgram } from "../tools/test/system-programs.ts";

const quietBrowser = [
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
// Chromium's sandbox refuses to run as root, which containers usually are.
const sandbox = process.getuid?.() === 0 ? ["--no-sandbox"] : [];

/** One after the other within a file; those that wait the longest come first. */
const DEPLOYMENTS = "seqpulse.spec.ts";
const WAITING = ["keepstreak.spec.ts", "kill.spec.ts"];
const JOURNEYS = ["provisioning.spec.ts", "admin.spec.ts", "isolation.spec.ts", "runs.spec.ts"];
/** Looks for what all the others have left behind, and holds the lock of those who run alone. */
const TRACES = "tokens.spec.ts";

export default defineConfig({
  testDir: ".",
  testMatch: "**/*.spec.ts",
  outputDir: "../test-results/browser",
  globalSetup: "./global-setup.ts",
  // One product and two people at a time; a failure is not retried away.
  workers: 2,
  retries: 0,
  forbidOnly: true,
  timeout: 180_000,
  expect: { timeout: 15_000 },
  reporter: process.env.PLAYWRIGHT_JSON_OUTPUT_FILE ? [["list"], ["json"]] : [["list"]],
  // The queue has this order: first what runs alone.
  projects: [
    { name: "deployments", testMatch: DEPLOYMENTS },
    { name: "waiting", testMatch: WAITING },
    { name: "journeys", testMatch: JOURNEYS },
    { name: "pages", testIgnore: [DEPLOYMENTS, ...WAITING, ...JOURNEYS, TRACES], fullyParallel: true },
    { name: "traces", testMatch: TRACES },
  ],
  use: {
    browserName: "chromium",
    // Set by the global set-up, before the workers read this file.
    baseURL: process.env.PULSEKEEP_E2E_URL,
    launchOptions: { executablePath: findProgram(chromium), args: [...sandbox, ...quietBrowser] },
    // What cannot be done in this time will not be done: say where, instead of using up the test.
    actionTimeout: 30_000,
    navigationTimeout: 60_000,
    // The pictures of the trace cost a third of all processor time; what the page was made of is kept.
    trace: { mode: "retain-on-failure", screenshots: false, snapshots: true },
    screenshot: "only-on-failure",
    locale: "en-GB",
    timezoneId: "Europe/Paris",
  },
});
