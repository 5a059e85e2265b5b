import { existsSync } from "node:fs";
import path from "node:path";
import { withoutOuterNpm } from "./environment.mjs";
import { BootstrapFailure } from "./failure.mjs";
import { runNpm } from "./npm.mjs";
import { withProgress } from "./progress.mjs";

const neededMajor = 24;

/** The bootstrap itself needs Node 20; everything else runs on Node 24. */
export function refuseOldNode(version) {
  if (majorOf(version) >= 20) return;
  throw new BootstrapFailure(
    `Node.js ${version} is too old. Install Node.js 20 or newer from https://nodejs.org (24 saves a download).`,
  );
}

/** @returns the folder with a `node` of version 24 or newer, installed from npm when the machine's own is older */
export async function ensureRuntime(root) {
  if (majorOf(process.versions.node) >= neededMajor) return path.dirname(process.execPath);
  const folder = path.join(root, "tools", "runtime");
  const binFolder = path.join(folder, "node_modules", `node-${process.platform}-${process.arch}`, "bin");
  if (existsSync(path.join(binFolder, "node"))) return binFolder;
  await withProgress(`getting Node.js ${neededMajor} (this machine has ${process.versions.node})`, () =>
    runNpm({
      what: `Getting Node.js ${neededMajor}`,
      args: ["ci", "--include=optional", "--no-audit", "--no-fund", "--loglevel=error"],
      cwd: folder,
      env: withoutOuterNpm(process.env),
    }),
  );
  if (existsSync(path.join(binFolder, "node"))) return binFolder;
  throw new BootstrapFailure(
    `There is no Node.js ${neededMajor} on npm for ${process.platform} ${process.arch}. Install it from https://nodejs.org, then run the command again.`,
  );
}

function majorOf(version) {
  return Number(version.split(".")[0]);
}
