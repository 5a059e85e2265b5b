import type { components } from "../../../api/schema.gen";

export type FailureCode = components["schemas"]["EnrolmentFailedRequest"]["errorCode"];
export type GitHubAnswer = { status: number; headers: Headers; body: Record<string, unknown> };
export type GitHub = (method: string, path: string, body?: object) => Promise<GitHubAnswer>;

const TIMEOUT_MS = 15_000;

/** What GitHub would not do, with a code that has words in every language. */
export class GitHubRefusal extends Error {
  constructor(
    readonly code: FailureCode,
    readonly status = 0,
  ) {
    super(code);
  }
}

/** GitHub's REST API, spoken to by this page itself. The token lives in this closure and nowhere else. */
export function speakToGitHub(apiUrl: string, token: string): GitHub {
  return async (method, path, body) => {
    const response = await fetch(`${apiUrl}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        accept: "application/vnd.github+json",
        "x-github-api-version": "2022-11-28",
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      credentials: "omit",
      cache: "no-store",
      referrerPolicy: "no-referrer",
      redirect: "error",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).catch((cause: unknown) => {
      const hung = cause instanceof Error && cause.name === "TimeoutError";
      throw new GitHubRefusal(hung ? "github_timeout" : "github_unavailable");
    });
    const parsed: unknown = await response.json().catch(() => null);
    return { status: response.status, headers: response.headers, body: isObject(parsed) ? parsed : {} };
  };
}

/** @throws GitHubRefusal */
export function expectSuccess(answer: GitHubAnswer): GitHubAnswer {
  if (answer.status < 300) return answer;
  throw toRefusal(answer);
}

export function toRefusal({ status, headers, body }: GitHubAnswer): GitHubRefusal {
  const message = typeof body["message"] === "string" ? body["message"] : "";
  return new GitHubRefusal(codeOf({ status, headers, message }), status);
}

type Refused = { status: number; headers: Headers; message: string };

function codeOf({ status, headers, message }: Refused): FailureCode {
  if (status === 401) return "github_token_refused";
  if (status >= 500) return "github_unavailable";
  if (headers.get("x-github-sso")?.startsWith("required")) return "sso_required";
  const isLimit = status === 403 || status === 429;
  if (isLimit && headers.get("x-ratelimit-remaining") === "0") return "github_rate_limited";
  if (isLimit && (headers.get("retry-after") !== null || /rate limit/i.test(message)))
    return "github_secondary_limited";
  if (/access restrictions/i.test(message)) return "organization_policy";
  if (/actions has been disabled/i.test(message)) return "actions_disabled";
  return status === 403 ? "github_forbidden" : "github_unexpected";
}

/** Reads a field of an answer, and of objects in it. @throws GitHubRefusal where it is not of the type */
export function readText(body: unknown, ...path: string[]): string {
  const value = dig(body, path);
  if (typeof value !== "string") throw new GitHubRefusal("github_unexpected");
  return value;
}

export function readId(body: unknown, ...path: string[]): number {
  const value = dig(body, path);
  if (!Number.isSafeInteger(value)) throw new GitHubRefusal("github_unexpected");
  return Number(value);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const dig = (body: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>((value, name) => (isObject(value) ? value[name] : undefined), body);
