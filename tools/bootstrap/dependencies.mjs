import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { withoutOuterNpm } from "./environment.mjs";
import { BootstrapFailure } from "./failure.mjs";
import { runNpm } from "./npm.mjs";
import { withProgress } from "./progress.mjs";

/** Installs the packages exactly as locked, but only when the lockfile is not the one installed last. */
export async function ensureDependencies(root, binFolder, env) {
  const stamp = path.join(root, "node_modules", ".stamp");
  const wanted = lockfileDigest(root);
  if (readStamp(stamp) === wanted) return;
  await withProgress("installing packages", () =>
    runNpm({
      what: "Installing packages",
      // The build needs development dependencies whatever NODE_ENV says.
      args: ["ci", "--include=dev", "--include=optional", "--no-audit", "--no-fund", "--loglevel=error"],
      cwd: root,
      env: { ...withoutOuterNpm(env), PATH: env.PATH },
      node: path.join(binFolder, "node"),
    }),
  );
  // npm ci empties node_modules first, so a stamp can only describe an installation that was finished.
  writeFileSync(stamp, wanted);
}

function lockfileDigest(root) {
  try {
    return createHash("sha256")
      .update(readFileSync(path.join(root, "package-lock.json")))
      .digest("hex");
  } catch (error) {
    throw new BootstrapFailure(`package-lock.json cannot be read (${error.code}). Restore it with git.`);
  }
}

function readStamp(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
