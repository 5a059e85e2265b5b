// One row per command: what follows `node tools/run.mjs <name>` goes to the function.
const tool = (file) => (args) => ["node", file, ...args];

export const commands = {
  // The supervisor mostly waits; a small young generation keeps it small.
  start: (args) => ["node", "--max-semi-space-size=1", "tools/start/start.ts", ...args],
  build: tool("tools/build/build.ts"),
  test: tool("tools/test/test.ts"),
  verify: tool("tools/verify/verify.ts"),
  generate: tool("tools/generate/generate.ts"),
  "demo:deploy": tool("tools/demo/demo-deploy.ts"),
  exec: (args) => args,
};
