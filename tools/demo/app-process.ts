import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { DemoFailure } from "./demo-failure.ts";

const program = path.resolve(import.meta.dirname, "../../examples/sample-app/dist/main.js");
const START_TIMEOUT_MS = 20_000;
const STOP_TIMEOUT_MS = 5_000;

export interface AppProcess {
  port: number;
  /** Settles when the process ended, wanted or not. */
  ended: Promise<void>;
  /** Lets it finish what it serves, then ends it. */
  stop: () => Promise<void>;
}

/** Starts one version of the sample shop as a process of its own, on any free port of loopback. */
export async function startApp(options: {
  version: string;
  windowSeconds: number;
  hmacSecret: string;
}): Promise<AppProcess> {
  if (!existsSync(program))
    throw new DemoFailure("The sample shop is not built. Run npm start once, or npm run build.");
  const args = [
    program,
    "--version",
    options.version,
    "--port",
    "0",
    "--window",
    String(options.windowSeconds),
  ];
  // The secret goes by the environment, where a list of processes does not show it. The channel ends the shop
  // when this process disappears.
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env.PATH, TMPDIR: process.env.TMPDIR, SEQPULSE_HMAC_SECRET: options.hmacSecret },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    // Ctrl-C reaches the whole group; the order of stopping is ours.
    detached: true,
  });
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGTERM");
    const patience = setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT_MS);
    await ended;
    clearTimeout(patience);
  };
  let output = "";
  const port = new Promise<number>((resolve) => {
    for (const stream of [child.stdout, child.stderr])
      stream?.on("data", (chunk) => {
        if (output.length < 20_000) output += chunk;
        const found = /listening on \S+:(\d+)/.exec(output);
        if (found) resolve(Number(found[1]));
      });
  });
  const late = new Promise<undefined>((resolve) =>
    setTimeout(() => resolve(undefined), START_TIMEOUT_MS).unref(),
  );
  const ready = await Promise.race([port, ended.then(() => undefined), late]);
  if (ready !== undefined) return { port: ready, ended, stop };
  await stop();
  throw new DemoFailure(`The sample shop ${options.version} did not start:\n${output}`);
}
