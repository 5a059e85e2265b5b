import { setTimeout as delay } from "node:timers/promises";
import type { z } from "zod";
import type { ConsentToken } from "./consent-token.js";
import { GitHubError } from "./github-error.js";
import { findShortWait, type GitHubAnswer, toGitHubError } from "./github-refusal.js";

const TIMEOUT_MS = 8_000;
const ATTEMPTS = 4;
/** A call that hangs twice will hang again, and the consent's minute is short. */
const HANGING_ATTEMPTS = 2;
const LONGEST_RETRY_AFTER_SECONDS = 10;

export type GitHubClientOptions = {
  apiUrl: string;
  token: ConsentToken;
  /** Aborts once the consent's time is over: whatever is under way then fails. */
  ended: AbortSignal;
  timeoutMs?: number;
};

/** GitHub's REST API with one consent token, for as long as one provisioning takes. */
export class GitHubClient {
  constructor(private readonly options: GitHubClientOptions) {}

  /** Parses the answer of a call that must succeed. @throws GitHubError */
  async get<T>(schema: z.ZodType<T>, path: string): Promise<T> {
    return parseAnswer(schema, (await this.call("GET", path)).body);
  }

  async post<T>(schema: z.ZodType<T>, path: string, body: object): Promise<T> {
    return parseAnswer(schema, (await this.call("POST", path, body)).body);
  }

  /** The answer, or undefined for a 404. */
  async find(path: string): Promise<unknown> {
    const answer = await this.ask("GET", path);
    if (answer.status === 404) return undefined;
    return expectSuccess(answer).body;
  }

  async call(method: string, path: string, body?: object): Promise<GitHubAnswer> {
    return expectSuccess(await this.ask(method, path, body));
  }

  /**
   * Asks again after 5xx, a lost answer or a short secondary limit. Every call of a provisioning is safe to
   * repeat: creating what exists answers 422, and the step then looks at what is there.
   */
  async ask(method: string, path: string, body?: object): Promise<GitHubAnswer> {
    for (let attempt = 1; ; attempt++) {
      const answer = await this.askOnce(method, path, body);
      const waitSeconds = waitBefore(answer, attempt);
      const isLast = answer === "timeout" ? attempt >= HANGING_ATTEMPTS : attempt >= ATTEMPTS;
      if (waitSeconds === undefined || isLast || this.options.ended.aborted) {
        if (answer === "timeout") throw new GitHubError("github_timeout");
        if (answer === "lost") throw new GitHubError("github_unavailable");
        return answer;
      }
      await this.pause(waitSeconds * 1_000);
    }
  }

  /** @throws GitHubError when the consent's time ends meanwhile */
  async pause(ms: number): Promise<void> {
    const { ended } = this.options;
    await delay(ms, undefined, { signal: ended }).catch((cause: unknown) => {
      throw new GitHubError(isTimeout(ended.reason) ? "github_timeout" : "github_unavailable", { cause });
    });
  }

  private async askOnce(
    method: string,
    path: string,
    body?: object,
  ): Promise<GitHubAnswer | "timeout" | "lost"> {
    const { apiUrl, token, ended, timeoutMs = TIMEOUT_MS } = this.options;
    try {
      const response = await fetch(`${apiUrl}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${token.reveal()}`,
          accept: "application/vnd.github+json",
          "user-agent": "pulsekeep",
          "x-github-api-version": "2022-11-28",
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        redirect: "error",
        signal: AbortSignal.any([ended, AbortSignal.timeout(timeoutMs)]),
      });
      const text = await response.text();
      return {
        status: response.status,
        headers: response.headers,
        body: text === "" ? null : JSON.parse(text),
      };
    } catch (error) {
      return isTimeout(error) ? "timeout" : "lost";
    }
  }
}

const isTimeout = (error: unknown): boolean => error instanceof Error && error.name === "TimeoutError";

/** Undefined where asking again would change nothing. */
function waitBefore(answer: GitHubAnswer | "timeout" | "lost", attempt: number): number | undefined {
  if (answer === "timeout") return 0;
  if (answer === "lost" || answer.status >= 500) return 0.25 * 2 ** attempt;
  return findShortWait(answer, LONGEST_RETRY_AFTER_SECONDS);
}

/** @throws GitHubError with the code that fits the refusal */
export function expectSuccess(answer: GitHubAnswer): GitHubAnswer {
  if (answer.status < 300) return answer;
  throw toGitHubError(answer, new Date());
}

/** @throws GitHubError `github_unexpected`; what did not parse is not repeated */
export function parseAnswer<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw new GitHubError("github_unexpected");
  return parsed.data;
}
