#!/usr/bin/env node
// The one door: `npm start`, `npm test` and the others come through here. It needs Node 20 and npm, nothing
// else: it finds or installs Node 24, installs the packages when the lockfile changed, then runs the command.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { commands } from "./bootstrap/commands.mjs";
import { ensureDependencies } from "./bootstrap/dependencies.mjs";
import { commandEnvironment } from "./bootstrap/environment.mjs";
import { BootstrapFailure } from "./bootstrap/failure.mjs";
import { ensureRuntime, refuseOldNode } from "./bootstrap/runtime.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));

async function main() {
  refuseOldNode(process.versions.node);
  const [name, ...rest] = process.argv.slice(2);
  const command = Object.hasOwn(commands, name ?? "") ? commands[name] : undefined;
  if (!command) {
    throw new BootstrapFailure(`Usage: node tools/run.mjs <${Object.keys(commands).join(" | ")}>`);
  }
  const binFolder = await ensureRuntime(root);
  const env = commandEnvironment(process.env, root, binFolder);
  await ensureDependencies(root, binFolder, env);
  const [program, ...args] = command(rest);
  await forward(program, args, env);
}

/** Runs the command in the foreground; its exit code becomes ours. */
function forward(program, args, env) {
  return new Promise((resolve) => {
    // The channel tells our own tools when this process disappears, so that they stop what they started.
    const child = spawn(program, args, { cwd: root, env, stdio: ["inherit", "inherit", "inherit", "ipc"] });
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
    whenOrphaned(() => child.kill("SIGTERM"));
    child.on("error", (error) => {
      console.error(`pulsekeep: cannot run ${program}: ${error.message}`);
      process.exitCode = 127;
      resolve();
    });
    child.on("exit", (code, signal) => {
      process.exitCode = code ?? (signal === "SIGINT" ? 130 : 1);
      resolve();
    });
  }).then(() => process.exit());
}

/** npm runs us through a shell, which passes no signal on when npm ends it: notice that it is gone. */
function whenOrphaned(then) {
  if (!process.env.npm_lifecycle_event) return;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    then();
  }, 500);
  watch.unref();
}

main().catch((error) => {
  if (!(error instanceof BootstrapFailure)) throw error;
  console.error(`\npulsekeep: ${error.message}`);
  process.exit(1);
});
