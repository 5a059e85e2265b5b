import { type ChildProcess, spawn } from "node:child_process";
import type { Writable } from "node:stream";

export interface GuardedSpawn {
  command: string;
  args: string[];
  env: NodeJS.ProcessEnv;
  cwd?: string;
  /** Open file descriptor that takes both output streams; they are discarded without it. */
  logFd?: number;
  uid?: number;
  gid?: number;
  /** What the child gets when this process disappears without stopping it. */
  lastSignal: "INT" | "TERM";
}

/**
 * Starts a process that cannot outlive this one.
 *
 * A watcher waits for the far end of a pipe that only this process holds. When this process ends, even by
 * SIGKILL, the pipe closes and the watcher signals the child, so a crash leaves no server behind that would
 * hold a port or a data directory. The returned child is the command itself (`exec`), not the shell: its pid
 * and exit code are the command's. The watcher forks twice so that the command never has to reap it.
 */
export function spawnGuarded(options: GuardedSpawn): ChildProcess {
  const output = options.logFd ?? "ignore";
  const script = `( (read -r _ <&3; kill -${options.lastSignal} $$ 2>/dev/null) >/dev/null 2>&1 & ); exec "$@" 3<&-`;
  const child = spawn("/bin/sh", ["-c", script, "sh", options.command, ...options.args], {
    cwd: options.cwd,
    env: options.env,
    uid: options.uid,
    gid: options.gid,
    stdio: ["ignore", output, output, "pipe"],
    // A group of its own: Ctrl-C in a terminal must reach the supervisor only, which stops children in order.
    detached: true,
  });
  const guard = child.stdio[3] as Writable;
  guard.on("error", () => undefined);
  child.once("exit", () => guard.destroy());
  return child;
}
