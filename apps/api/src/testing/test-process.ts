import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { TestApp } from "./test-app.js";
import { eventually } from "./test-eventually.js";

const MAIN = fileURLToPath(new URL("../../dist/main.js", import.meta.url));

export type TestProcess = {
  /** Ends it as the power failing would: no handler runs. */
  killHard(): Promise<void>;
  /** Ends it in good order; resolves with its exit code or signal. */
  stop(): Promise<number | string | null>;
  output(): string;
};

/**
 * Starts the built server as a process of its own on the data of a test whose own server was stopped.
 *
 * @throws Error when it is not built, or does not become ready
 */
export async function startTestProcess(test: TestApp): Promise<TestProcess> {
  if (!existsSync(MAIN)) throw new Error("apps/api is not built: npm run build");
  const child = spawn(process.execPath, [MAIN], {
    env: { PATH: process.env.PATH, ...test.source },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const exited = once(child, "exit");
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
  const end = async (signal: NodeJS.Signals): Promise<number | string | null> => {
    if (isRunning(child)) child.kill(signal);
    await exited;
    return child.exitCode ?? child.signalCode;
  };
  try {
    await eventually(
      async () => {
        if (!isRunning(child)) throw new Error("The server has ended");
        return (await fetch(`${test.url}/health`)).status === 200;
      },
      { timeoutMs: 30_000, what: "a healthy server" },
    );
  } catch (error) {
    await end("SIGKILL");
    throw new Error(`The server did not start:\n${output}`, { cause: error });
  }
  return {
    killHard: async () => void (await end("SIGKILL")),
    stop: () => end("SIGTERM"),
    output: () => output,
  };
}

const isRunning = (child: ChildProcess): boolean => child.exitCode === null && child.signalCode === null;
