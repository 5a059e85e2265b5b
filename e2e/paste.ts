import { execFile } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";

/**
 * Runs a command as somebody pastes it into their shell, in a folder of their own where GitHub's command line is
 * signed in.
 *
 * @param githubToken what their `gh auth token` prints
 * @throws Error with all that the command said, when it fails
 */
export function paste(command: string, { folder, githubToken }: { folder: string; githubToken: string }) {
  const programs = path.join(folder, "bin");
  mkdirSync(programs, { recursive: true });
  const gh = path.join(programs, "gh");
  writeFileSync(gh, `#!/bin/sh\n[ "$*" = "auth token" ] && echo ${githubToken}\n`);
  chmodSync(gh, 0o755);
  const env = { ...process.env, PATH: `${programs}:${process.env.PATH}` };
  return new Promise<string>((resolve, reject) => {
    execFile("sh", ["-c", command], { cwd: folder, env }, (error, stdout, stderr) =>
      error ? reject(new Error(`${command}\n${stdout}${stderr}`)) : resolve(stdout),
    );
  });
}
