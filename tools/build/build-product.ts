import { spawn } from "node:child_process";
import path from "node:path";
import { BuildFailure } from "./build-failure.ts";
import { placeWebAssets } from "./place-web-assets.ts";

/**
 * Builds every workspace whose inputs changed (turbo keeps the rest) and completes the web server's folder.
 * Quiet unless something fails.
 */
export async function buildProduct(root: string, signal?: AbortSignal): Promise<void> {
  await runTurbo(root, [], signal);
  await placeWebAssets(root);
}

/** Builds these workspaces and what they import, for programs that need no more of the product. */
export function buildWorkspaces(root: string, names: readonly string[], signal?: AbortSignal): Promise<void> {
  return runTurbo(
    root,
    names.map((name) => `--filter=${name}...`),
    signal,
  );
}

function runTurbo(root: string, filters: readonly string[], signal: AbortSignal | undefined): Promise<void> {
  const turbo = path.join(root, "node_modules", ".bin", "turbo");
  // Loose: turbo's default hides variables such as NEXT_TELEMETRY_DISABLED from the tools it runs.
  const args = [
    "run",
    "build",
    ...filters,
    "--output-logs=errors-only",
    "--log-order=grouped",
    "--env-mode=loose",
    "--no-update-notifier",
  ];
  const env = {
    ...process.env,
    TURBO_TELEMETRY_DISABLED: "1",
    NEXT_TELEMETRY_DISABLED: "1",
    NODE_ENV: undefined,
  };
  return new Promise((resolve, reject) => {
    const child = spawn(turbo, args, {
      cwd: root,
      env,
      stdio: ["ignore", "pipe", "pipe"],
      signal,
      killSignal: "SIGTERM",
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve();
      else reject(new BuildFailure(explain(output)));
    });
  });
}

function explain(output: string): string {
  if (/ENOSPC|No space left/.test(output))
    return "The build failed: the disk is full. Free about 1 GB, then start again.";
  if (/EACCES|EROFS/.test(output)) {
    return `The build failed: this user may not write to the checkout.\n${output.trim().split("\n").slice(-15).join("\n")}`;
  }
  return `The build failed.\n\n${output.trim().split("\n").slice(-80).join("\n")}`;
}
