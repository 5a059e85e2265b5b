import { spawn } from "node:child_process";
import type { RunnerClock } from "../runner-host.js";
import { signal } from "./end-processes.js";
import type { StepUser } from "./step-user.js";

export interface StepCommand {
  readonly argv: readonly string[];
  readonly directory: string;
  /** The whole environment: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly user: StepUser;
  /** Cancels: SIGINT, SIGTERM, SIGKILL to the process group. */
  readonly signal: AbortSignal;
  /** Skips the first two. */
  readonly killSignal: AbortSignal;
  readonly clock: RunnerClock;
  readonly onOutput: (stream: "stdout" | "stderr", text: string) => void;
  readonly onSpawn: (pid: number) => void;
}

export interface StepExit {
  /** Null when a signal ended it or when it could not be started. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly problem?: string;
}

/** https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-cancellation */
const INTERRUPT_GRACE_MS = 7500;
const TERMINATE_GRACE_MS = 2500;
/** A child in the background may hold the output open; the step has ended all the same. */
const OUTPUT_GRACE_MS = 250;

function endGroup(pid: number, command: StepCommand): () => void {
  const takeBack: (() => void)[] = [];
  const kill = () => signal(-pid, "SIGKILL");
  const interrupt = () => {
    signal(-pid, "SIGINT");
    takeBack.push(
      command.clock.schedule(() => signal(-pid, "SIGTERM"), INTERRUPT_GRACE_MS),
      command.clock.schedule(kill, INTERRUPT_GRACE_MS + TERMINATE_GRACE_MS),
    );
  };
  if (command.killSignal.aborted) kill();
  else if (command.signal.aborted) interrupt();
  command.signal.addEventListener("abort", interrupt);
  command.killSignal.addEventListener("abort", kill);
  return () => {
    command.signal.removeEventListener("abort", interrupt);
    command.killSignal.removeEventListener("abort", kill);
    for (const cancel of takeBack) cancel();
  };
}

/** Runs one process as the leader of its own session and process group, until it exits. */
export async function runProcess(command: StepCommand): Promise<StepExit> {
  const [file = "", ...args] = command.argv;
  const child = spawn(file, args, {
    cwd: command.directory,
    env: { ...command.env },
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    ...(command.user.uid === undefined ? {} : { uid: command.user.uid, gid: command.user.gid }),
  });
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].setEncoding("utf8").on("data", (text: string) => command.onOutput(stream, text));
  }
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const exited = new Promise<StepExit>((resolve) => {
    child.once("error", (error) => resolve({ code: null, signal: null, problem: error.message }));
    child.once("exit", (code, name) => resolve({ code, signal: name }));
  });
  if (child.pid === undefined) return exited;
  command.onSpawn(child.pid);
  const forget = endGroup(child.pid, command);
  const exit = await exited;
  forget();
  await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, OUTPUT_GRACE_MS).unref())]);
  return exit;
}
