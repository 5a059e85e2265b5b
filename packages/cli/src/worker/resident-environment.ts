import { CliFailure } from "../command-line/cli-failure.js";
import type { GitHubToken } from "../github/github-token.js";
import type { Terminal } from "../terminal/terminal.js";
import type { WorkerFile } from "./worker-file.js";

type Environment = Readonly<Record<string, string | undefined>>;

const FROM_FILE: Readonly<Record<string, (file: WorkerFile) => string | null>> = {
  KEEPSTREAK_SERVER_URL: (file) => file.serverUrl,
  KEEPSTREAK_CLIENT_ID: (file) => file.clientId,
  HANDSHAKE_SECRET: (file) => file.handshakeSecret,
  GITHUB_REPOSITORY: (file) => file.repository,
  GITHUB_API_URL: (file) => file.githubApiUrl,
};

/**
 * The environment that the worker's own code reads: the process's, completed from the worker's file. A container
 * gets everything by variables and needs no file.
 *
 * @throws CliFailure when the file is that of a worker on GitHub Actions
 */
export function residentEnvironment(env: Environment, file: WorkerFile | undefined): Environment {
  if (file?.kind === "actions") {
    throw new CliFailure(
      "not_resident",
      `The worker in ${file.repository} runs on GitHub Actions, not here.`,
      {
        hint: `"pulsekeep worker status" says when. For one on this machine: pulsekeep worker init --resident --config another.json`,
        exitCode: 2,
      },
    );
  }
  const fromFile = Object.entries(FROM_FILE).map(([name, read]) => [name, file && (read(file) ?? undefined)]);
  const own = Object.entries(env).filter(([name, value]) => name in FROM_FILE && value);
  return { ...Object.fromEntries(fromFile), ...Object.fromEntries(own) } as Environment;
}

/** The same with the person's token, as the worker expects it. */
export function withToken(env: Environment, token: GitHubToken): Environment {
  return { ...env, GITHUB_TOKEN: token.reveal() };
}

/** True for a process in an Actions job: a worker there is no resident. */
export const isInActions = ({ env }: Pick<Terminal, "env">): boolean => env["GITHUB_ACTIONS"] === "true";
