import { existsSync } from "node:fs";
import { BootstrapFailure } from "./failure.mjs";

// One row per command: what follows `node tools/run.mjs <name>` goes to the function.
const tool = (file) => (args) => ["node", file, ...args];

/** A program that only a build makes; paths are relative to the checkout, where every command runs. */
const built = (file) => (args) => {
  if (existsSync(new URL(`../../${file}`, import.meta.url))) return ["node", file, ...args];
  throw new BootstrapFailure(`${file} is missing. Run "npm run build" first, then this command again.`);
};

export const commands = {
  // The supervisor mostly waits; a small young generation keeps it small.
  start: (args) => ["node", "--max-semi-space-size=1", "tools/start/start.ts", ...args],
  build: tool("tools/build/build.ts"),
  test: tool("tools/test/test.ts"),
  verify: tool("tools/verify/verify.ts"),
  generate: tool("tools/generate/generate.ts"),
  release: tool("tools/release/release.ts"),
  "demo:deploy": tool("tools/demo/demo-deploy.ts"),
  verdict: built("packages/verdict/dist/score-cli.js"),
  pulsekeep: (args) => {
    const program = built("packages/cli/dist/pulsekeep.mjs")(args);
    return args[0] === "keys" ? ["node", "tools/pulsekeep/keys.ts", ...args] : program;
  },
  bench: tool("bench/bench.ts"),
  chaos: (args) => built("apps/api/dist/main.js")([]) && ["node", "chaos/src/chaos.ts", ...args],
  "test:full": (args) => ["node", "tools/test/test.ts", "--full", ...args],
  exec: (args) => args,
};
