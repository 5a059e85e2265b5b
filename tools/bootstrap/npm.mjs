import { spawn } from "node:child_process";
import path from "node:path";
import { BootstrapFailure, explainNpmFailure } from "./failure.mjs";

/**
 * Runs npm quietly; shows its output only when it fails.
 * @param {{ what: string, args: string[], cwd: string, env: NodeJS.ProcessEnv, node?: string }} run
 */
export function runNpm(run) {
  const [program, ...before] = npmCommand(run.node ?? process.execPath);
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...before, ...run.args], {
      cwd: run.cwd,
      env: run.env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
    const stop = (signal) => child.kill(signal);
    process.once("SIGINT", stop).once("SIGTERM", stop);
    const settle = (finish) => {
      process.off("SIGINT", stop).off("SIGTERM", stop);
      finish();
    };
    child.on("error", (error) => settle(() => reject(notStarted(error))));
    child.on("close", (code, signal) =>
      settle(() => {
        if (code === 0) resolve(output);
        else if (signal)
          reject(new BootstrapFailure(`${run.what} was interrupted. Run the command again to go on.`));
        else reject(explainNpmFailure(run.what, output));
      }),
    );
  });
}

/** The npm that started us when there is one, run by the given Node; otherwise the npm on the PATH. */
function npmCommand(node) {
  const outer = process.env.npm_execpath;
  return outer && path.basename(outer) === "npm-cli.js" ? [node, outer] : ["npm"];
}

function notStarted(error) {
  if (error.code !== "ENOENT") return new BootstrapFailure(`npm could not be started: ${error.message}`);
  return new BootstrapFailure(
    "npm was not found on the PATH. Install Node.js 20 or newer, which brings npm, from https://nodejs.org.",
  );
}
