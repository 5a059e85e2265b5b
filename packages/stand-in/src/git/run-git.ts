import { spawn } from "node:child_process";

const MAX_OUTPUT_BYTES = 256 * 1024 * 1024;

/** `git` ended with a status other than 0; `stderr` is what it said. */
export class GitError extends Error {
  readonly status: number | null;
  readonly stderr: string;

  constructor(command: string, status: number | null, stderr: string) {
    super(`git ${command} ended with ${status}: ${stderr.trim()}`);
    this.name = "GitError";
    this.status = status;
    this.stderr = stderr;
  }
}

export interface GitInvocation {
  readonly gitDir: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly input?: string | Buffer;
}

/** Runs one plumbing command without a shell and gives back its standard output. */
export function runGit(args: readonly string[], invocation: GitInvocation): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn("git", args, {
      env: { ...invocation.environment, GIT_DIR: invocation.gitDir },
      stdio: ["pipe", "pipe", "pipe"],
    });
    const output: Buffer[] = [];
    const errors: Buffer[] = [];
    let size = 0;
    child.stdout.on("data", (chunk: Buffer) => {
      size += chunk.length;
      output.push(chunk);
      if (size > MAX_OUTPUT_BYTES) child.kill();
    });
    child.stderr.on("data", (chunk: Buffer) => errors.push(chunk));
    child.on("error", reject);
    // git may end before it has read everything; its status says what happened.
    child.stdin.on("error", () => {});
    child.stdin.end(invocation.input ?? "");
    child.on("close", (status) => {
      if (status === 0) resolve(Buffer.concat(output));
      else reject(new GitError(args[0] ?? "", status, Buffer.concat(errors).toString()));
    });
  });
}
