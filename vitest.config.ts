import { defineConfig } from "vitest/config";

// `source` makes workspace packages resolve to their TypeScript, so tests need no build.
const resolve = { conditions: ["source", "node", "import", "default"] };
const ssr = { resolve: { conditions: ["source", "node", "import", "default"] } };
const oxc = { decorator: { legacy: true, emitDecoratorMetadata: true } };
const exclude = ["**/node_modules/**", "**/dist/**", "**/.next/**"];

export default defineConfig({
  resolve,
  ssr,
  test: {
    projects: [
      {
        resolve,
        ssr,
        oxc,
        test: {
          name: "unit",
          include: ["{apps,packages,examples}/*/src/**/*.test.ts", "tools/**/*.test.ts"],
          exclude: [...exclude, "**/*.int.test.ts"],
        },
      },
      {
        resolve,
        ssr,
        oxc,
        test: {
          name: "integration",
          include: ["{apps,packages,examples}/*/src/**/*.int.test.ts"],
          exclude,
          testTimeout: 60_000,
          hookTimeout: 120_000,
          maxWorkers: 2,
        },
      },
    ],
  },
});
