import { setTimeout as delay } from "node:timers/promises";
import type { z } from "zod";
import type { ConsentToken } from "./consent-token.js";
import { GitHubError } from "./github-error.js";

const TIMEOUT_MS = 15_000;
const ATTEMPTS = 4;
const LONGEST_RETRY_AFTER_SECONDS = 10;

export type GitHubAnswer = { status: number; body: unknown };

/** GitHub's REST API with one consent token, for as long as one provisioning takes. */
export class GitHubClient {
  /** @param ended aborts once the consent's time is over: whatever is under way then fails */
  constructor(
    private readonly apiUrl: string,
    private readonly token: ConsentToken,
    private readonly ended: AbortSignal,
  ) {}

  /** Parses the answer of a call that must succeed. @throws GitHubError */
  async get<T>(schema: z.ZodType<T>, path: string): Promise<T> {
    return schema.parse((await this.call("GET", path)).body);
  }

  async post<T>(schema: z.ZodType<T>, path: string, body: object): Promise<T> {
    return schema.parse((await this.call("POST", path, body)).body);
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
      const waitSeconds = retryAfter(answer, attempt);
      if (waitSeconds === undefined || attempt === ATTEMPTS || this.ended.aborted) {
        if (answer === undefined) throw new GitHubError("github_unavailable");
        return { status: answer.status, body: answer.body };
      }
      await this.pause(waitSeconds * 1_000);
    }
  }

  /** @throws GitHubError `github_unavailable` when the consent's time ends meanwhile */
  async pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.ended }).catch((cause: unknown) => {
      throw new GitHubError("github_unavailable", { cause });
    });
  }

  private async askOnce(
    method: string,
    path: string,
    body?: object,
  ): Promise<(GitHubAnswer & { headers: Headers }) | undefined> {
    try {
      const response = await fetch(`${this.apiUrl}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${this.token.reveal()}`,
          accept: "application/vnd.github+json",
          "user-agent": "pulsekeep",
          "x-github-api-version": "2022-11-28",
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        redirect: "error",
        signal: AbortSignal.any([this.ended, AbortSignal.timeout(TIMEOUT_MS)]),
      });
      const text = await response.text();
      return {
        status: response.status,
        headers: response.headers,
        body: text === "" ? null : JSON.parse(text),
      };
    } catch {
      return undefined;
    }
  }
}

function retryAfter(
  answer: { status: number; headers: Headers } | undefined,
  attempt: number,
): number | undefined {
  if (answer === undefined || answer.status >= 500) return 0.25 * 2 ** attempt;
  if (answer.status !== 403 && answer.status !== 429) return undefined;
  const asked = Number(answer.headers.get("retry-after") ?? Number.NaN);
  return asked <= LONGEST_RETRY_AFTER_SECONDS ? asked : undefined;
}

/** @throws GitHubError with the code that fits the refusal */
export function expectSuccess(answer: GitHubAnswer): GitHubAnswer {
  const { status } = answer;
  if (status < 300) return answer;
  if (status === 401) throw new GitHubError("github_token_refused", { status });
  if (status === 429 || (status === 403 && /rate limit/i.test(messageOf(answer))))
    throw new GitHubError("github_rate_limited", { status });
  if (status === 403) throw new GitHubError("github_forbidden", { status, detail: messageOf(answer) });
  if (status >= 500) throw new GitHubError("github_unavailable", { status });
  throw new GitHubError("github_unexpected", { status, detail: messageOf(answer) });
}

function messageOf({ body }: GitHubAnswer): string {
  const message = (body as { message?: unknown } | null)?.message;
  return typeof message === "string" ? message.slice(0, 200) : "";
}
