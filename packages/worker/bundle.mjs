// Bundles the script that users get into one readable file: `node bundle.mjs [outfile]`.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const { version } = JSON.parse(readFileSync(here("package.json"), "utf8"));

const banner = `// KeepStreak worker ${version}
//
// Runs in your own repository, on your own runner, with the runner's own short-lived token. It asks your
// KeepStreak server for signed instructions, does what your allow.json allows and nothing else, and reports.
// One file, no dependencies, not minified: read it. Bundled from packages/worker and packages/signing.
//
// Copyright the PulseKeep authors. Licensed under the Apache License, Version 2.0; you may not use this file
// except in compliance with it: http://www.apache.org/licenses/LICENSE-2.0
// Distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND.
`;

await build({
  // The paths in the comments of the output are relative to it: the same file wherever it is built from.
  absWorkingDir: here("../.."),
  entryPoints: [here("src/main.ts")],
  outfile: process.argv[2] ?? here("dist/worker.mjs"),
  banner: { js: banner },
  bundle: true,
  charset: "utf8",
  conditions: ["source"],
  format: "esm",
  logLevel: "warning",
  platform: "node",
  target: "node20",
  treeShaking: true,
});
