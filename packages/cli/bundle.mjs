// Bundles the command line into one file: `node bundle.mjs [outfile]`.
import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const { version } = JSON.parse(readFileSync(here("package.json"), "utf8"));
const outfile = process.argv[2] ?? here("dist/pulsekeep.mjs");

/** The worker's script as this checkout builds it, to be put into repositories. */
function bundleWorker() {
  const folder = mkdtempSync(join(tmpdir(), "pulsekeep-worker-"));
  try {
    const file = join(folder, "worker.mjs");
    execFileSync(process.execPath, [here("../worker/bundle.mjs"), file]);
    return readFileSync(file, "utf8");
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const banner = `#!/usr/bin/env node
// PulseKeep command line ${version}
//
// Copyright the PulseKeep authors. Licensed under the Apache License, Version 2.0; you may not use this file
// except in compliance with it: http://www.apache.org/licenses/LICENSE-2.0
// Distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND.
//
// Contains libsodium (ISC), zod (MIT), jose (MIT) and croner (MIT).
`;

await build({
  absWorkingDir: here("../.."),
  entryPoints: [here("src/main.ts")],
  outfile,
  banner: { js: banner },
  bundle: true,
  charset: "utf8",
  conditions: ["source"],
  define: { EMBEDDED_WORKER: JSON.stringify(bundleWorker()) },
  format: "esm",
  logLevel: "warning",
  minifySyntax: true,
  platform: "node",
  target: "node20",
  treeShaking: true,
});
chmodSync(outfile, 0o755);
