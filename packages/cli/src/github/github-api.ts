import type { z } from "zod";
import { CliFailure } from "../command-line/cli-failure.js";
import { findSafeBase } from "../safe-url.js";
import type { Terminal } from "../terminal/terminal.js";
import { failureOf, GitHubFailure, unreachable } from "./github-failure.js";
import type { GitHubToken } from "./github-token.js";

export interface GitHubAnswer {
  status: number;
  body: unknown;
  headers: Headers;
}

const ATTEMPTS = 4;
const TIMEOUT_MS = 20_000;
const LONGEST_WAIT_SECONDS = 30;

/** GitHub's REST API with the person's own token. Every call is safe to repeat. */
export class GitHubApi {
  readonly baseUrl: string;

  /** @throws CliFailure when GITHUB_API_URL is no safe address */
  constructor(
    private readonly token: GitHubToken,
    private readonly terminal: Pick<Terminal, "fetch" | "sleep" | "env">,
  ) {
    const text = terminal.env["GITHUB_API_URL"] ?? "https://api.github.com";
    const baseUrl = findSafeBase(text);
    if (baseUrl === undefined) {
      throw new CliFailure("github_address_unsafe", "GITHUB_API_URL is no https address.", { exitCode: 2 });
    }
    this.baseUrl = baseUrl;
  }

  /** Parses the answer of a call that must succeed. @throws GitHubFailure */
  async get<T>(schema: z.ZodType<T>, path: string): Promise<T> {
    return parse(schema, await this.call("GET", path));
  }

  async post<T>(schema: z.ZodType<T>, path: string, body: object): Promise<T> {
    return parse(schema, await this.call("POST", path, body));
  }

  /** The answer, or undefined for a 404. @throws GitHubFailure */
  async find(path: string): Promise<unknown> {
    const answer = await this.ask("GET", path);
    return answer.status === 404 ? undefined : expectSuccess(answer).body;
  }

  /** @throws GitHubFailure */
  async call(method: string, path: string, body?: object): Promise<GitHubAnswer> {
    return expectSuccess(await this.ask(method, path, body));
  }

  /** Asks again after a lost answer, 5xx or a short secondary limit. @throws GitHubFailure */
  async ask(method: string, path: string, body?: object): Promise<GitHubAnswer> {
    for (let attempt = 1; ; attempt++) {
      const answer = await this.askOnce(method, path, body);
      const waitSeconds = findWaitSeconds(answer, attempt);
      if (waitSeconds !== undefined && attempt < ATTEMPTS) await this.terminal.sleep(waitSeconds * 1_000);
      else if (answer === undefined) throw unreachable();
      else return answer;
    }
  }

  private async askOnce(method: string, path: string, body?: object): Promise<GitHubAnswer | undefined> {
    try {
      const response = await this.terminal.fetch(`${this.baseUrl}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${this.token.reveal()}`,
          accept: "application/vnd.github+json",
          "user-agent": "pulsekeep-cli",
          "x-github-api-version": "2022-11-28",
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        // The token must not follow anywhere else.
        redirect: "error",
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const text = await response.text();
      return { status: response.status, headers: response.headers, body: readJson(text) };
    } catch {
      return undefined;
    }
  }
}

function findWaitSeconds(answer: GitHubAnswer | undefined, attempt: number): number | undefined {
  if (answer === undefined || answer.status >= 500) return 0.25 * 2 ** attempt;
  if (answer.status !== 403 && answer.status !== 429) return undefined;
  const asked = Number(answer.headers.get("retry-after") ?? Number.NaN);
  return asked <= LONGEST_WAIT_SECONDS ? asked : undefined;
}

/** @throws GitHubFailure */
export function expectSuccess(answer: GitHubAnswer): GitHubAnswer {
  if (answer.status < 300) return answer;
  throw failureOf(answer);
}

function parse<T>(schema: z.ZodType<T>, { status, body }: GitHubAnswer): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new GitHubFailure(
    "github_unexpected",
    `GitHub's answer (${status}) is not as documented.`,
    "Try again.",
  );
}

function readJson(text: string): unknown {
  try {
    return text === "" ? null : (JSON.parse(text) as unknown);
  } catch {
    return null;
  }
}
