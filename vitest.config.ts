import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { LongestFirst } from "./tools/test/longest-first.ts";

// `source` makes workspace packages resolve to their TypeScript, so tests need no build.
// Not "import": vitest hands the list to Node, where it would send `require` to ES modules.
const resolve = {
  conditions: ["source", "node"],
  // As the web app's own configuration says it.
  alias: { "@/": `${import.meta.dirname}/apps/web/src/` },
};
const ssr = { resolve };
const oxc = { decorator: { legacy: true, emitDecoratorMetadata: true } };
const exclude = ["**/node_modules/**", "**/dist/**", "**/.next/**"];

export default defineConfig({
  resolve,
  ssr,
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        resolve,
        ssr,
        oxc,
        test: {
          name: "unit",
          include: [
            "{apps,packages,examples}/*/src/**/*.test.ts",
            "tools/**/*.test.ts",
            "{bench,chaos}/**/*.test.ts",
          ],
          exclude: [...exclude, "**/*.int.test.ts", "**/*.chaos.test.ts"],
          // Thousands of random cases take seconds on a busy machine.
          testTimeout: 60_000,
          // By itself vitest leaves one core free, also when there are only two.
          maxWorkers: Math.max(2, availableParallelism() - 1),
        },
      },
      {
        resolve,
        ssr,
        oxc,
        test: {
          name: "integration",
          include: ["{apps,packages,examples}/*/src/**/*.int.test.ts", "tools/**/*.int.test.ts"],
          exclude,
          globalSetup: ["packages/database/src/testing/test-server.ts"],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          // Half of the time a test waits for a server.
          maxWorkers: 3,
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: "chaos",
          include: ["chaos/**/*.chaos.test.ts"],
          exclude,
          testTimeout: 180_000,
          // One run at a time: each has servers and processes of its own.
          maxWorkers: 1,
        },
      },
    ],
  },
});
