// One row per command: what follows `node tools/run.mjs <name>` goes to the function.
const tool = (file) => (args) => ["node", file, ...args];

export const commands = {
  start: tool("tools/start/start.ts"),
  build: tool("tools/build/build.ts"),
  test: tool("tools/test/test.ts"),
  verify: tool("tools/verify/verify.ts"),
  generate: tool("tools/generate/generate.ts"),
  "demo:deploy": tool("tools/demo/demo-deploy.ts"),
  exec: (args) => args,
};
