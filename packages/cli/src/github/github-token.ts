import { readFile } from "node:fs/promises";
import { inspect } from "node:util";
import { CliFailure } from "../command-line/cli-failure.js";
import type { Terminal } from "../terminal/terminal.js";

const VARIABLES = ["GH_TOKEN", "GITHUB_TOKEN"] as const;
const HOW = `Log in with "gh auth login", or put a token into the environment variable GH_TOKEN. It is used from this machine only and never kept.`;

/** A person's own GitHub token: in this process only, and not to be printed by accident. */
export class GitHubToken {
  readonly #plain: string;

  constructor(
    plain: string,
    /** Where it was found, for the person to see. */
    readonly source: string,
  ) {
    this.#plain = plain;
  }

  reveal(): string {
    return this.#plain;
  }

  toJSON(): string {
    return "[GitHub token]";
  }

  toString(): string {
    return "[GitHub token]";
  }

  [inspect.custom](): string {
    return "[GitHub token]";
  }
}

/**
 * Finds the person's token: in the environment, from `gh`, or by asking. Never among the arguments.
 *
 * @throws CliFailure when there is none
 */
export async function getGitHubToken(terminal: Terminal): Promise<GitHubToken> {
  for (const name of VARIABLES) {
    const plain = terminal.env[name]?.trim();
    if (plain) return checked(plain, `the environment variable ${name}`);
  }
  const file = terminal.env["GH_TOKEN_FILE"];
  if (file) return checked(await readTokenFile(file), "the file that GH_TOKEN_FILE names");
  // The token of github.com is nothing for another host.
  const host = hostOf(terminal.env["GITHUB_API_URL"]);
  const gh = await terminal.runProgram("gh", ["auth", "token", "--hostname", host]);
  if (gh.kind === "ended" && gh.code === 0 && gh.stdout.trim() !== "")
    return checked(gh.stdout.trim(), "gh auth token");
  if (terminal.isInteractive) {
    const plain = await terminal.ask("GitHub token (not shown, not kept): ", { hidden: true });
    if (plain !== "") return checked(plain, "what you typed");
  }
  throw new CliFailure("github_token_missing", "There is no GitHub token.", { hint: HOW, exitCode: 2 });
}

/** Empty when it cannot be read. */
async function readTokenFile(file: string): Promise<string> {
  return (await readFile(file, "utf8").catch(() => "")).trim();
}

function hostOf(apiUrl: string | undefined): string {
  const host = apiUrl !== undefined && URL.canParse(apiUrl) ? new URL(apiUrl).hostname : "api.github.com";
  return host === "api.github.com" ? "github.com" : host;
}

function checked(plain: string, source: string): GitHubToken {
  // A line break would end the header that the token goes into.
  if (/^[\x21-\x7e]{8,400}$/.test(plain)) return new GitHubToken(plain, source);
  throw new CliFailure("github_token_malformed", `${source} holds no GitHub token.`, {
    hint: HOW,
    exitCode: 2,
  });
}
