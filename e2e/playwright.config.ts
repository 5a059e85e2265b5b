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

export default defineConfig({
  testDir: ".",
  testMatch: "**/*.spec.ts",
  outputDir: "../test-results/browser",
  globalSetup: "./global-setup.ts",
  // One product, one set of accounts: journeys run one after the other, and a failure is not retried away.
  workers: 1,
  retries: 0,
  forbidOnly: true,
  timeout: 180_000,
  expect: { timeout: 15_000 },
  reporter: process.env.PLAYWRIGHT_JSON_OUTPUT_FILE ? [["list"], ["json"]] : [["list"]],
  use: {
    browserName: "chromium",
    // Set by the global set-up, before the workers read this file.
    baseURL: process.env.PULSEKEEP_E2E_URL,
    launchOptions: { executablePath: findProgram(chromium), args: [...sandbox, ...quietBrowser] },
    // What cannot be done in this time will not be done: say where, instead of using up the test.
    actionTimeout: 30_000,
    navigationTimeout: 60_000,
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
    locale: "en-GB",
    timezoneId: "Europe/Paris",
  },
});
