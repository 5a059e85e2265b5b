import type { WorkerConfig } from "./config.js";
import { describeNetworkFault } from "./network-fault.js";
import { fail } from "./run-fault.js";
import type { Surroundings } from "./surroundings.js";

/** What GitHub answered; `missing` stands for 404, which many callers expect. */
export type GitHubAnswer =
  | { kind: "ok"; bytes: Uint8Array }
  | { kind: "missing" }
  /** 409 or 422: GitHub understood and will not do it as things stand. */
  | { kind: "conflict"; status: number }
  /** Nobody knows whether it was done. Only given for calls that are made once. */
  | { kind: "unclear"; why: string };

export interface GitHubCall {
  /** `GET` unless told. */
  method?: "POST" | "PATCH" | "PUT" | "DELETE";
  path: string;
  body?: object;
  accept?: string;
  /** For what changes something that others see: never repeated while nobody knows whether it was done. */
  once?: true;
}

export type GitHub = (call: GitHubCall) => Promise<GitHubAnswer>;

const ATTEMPTS = 4;
const TIMEOUT_MS = 20_000;
const LONGEST_WAIT_SECONDS = 60;

/** Builds a path from segments that may hold anything. */
export function apiPath(...segments: readonly string[]): string {
  return segments.map((segment) => `/${encodeURIComponent(segment)}`).join("");
}

/**
 * Calls GitHub's REST API with the runner's own token. Waits for rate limits as GitHub asks, a minute at most.
 * Throws `RunFault` for what no caller can do anything about.
 */
export function createGitHub(config: WorkerConfig, around: Surroundings): GitHub {
  return async (call) => {
    for (let attempt = 1; ; attempt++) {
      const answer = await callOnce(config, around, call);
      if (answer.kind !== "wait" && (answer.kind !== "unclear" || call.once)) return answer;
      const isLast = attempt === ATTEMPTS || around.isStopping();
      if (answer.kind === "unclear") {
        if (isLast) fail("github_unavailable", answer.why);
        await around.sleep(500 * 2 ** attempt);
      } else {
        if (isLast || answer.seconds > LONGEST_WAIT_SECONDS)
          fail("rate_limited", `GitHub asks to wait ${answer.seconds} s`);
        await around.sleep(answer.seconds * 1_000);
      }
    }
  };
}

async function callOnce(
  config: WorkerConfig,
  around: Surroundings,
  { method, path, body, accept = "application/vnd.github+json" }: GitHubCall,
): Promise<GitHubAnswer | { kind: "wait"; seconds: number }> {
  const headers = {
    accept,
    authorization: `Bearer ${config.githubToken}`,
    "content-type": "application/json",
    "user-agent": "keepstreak-worker",
    "x-github-api-version": "2022-11-28",
  };
  let answer: Response;
  let bytes: Uint8Array;
  try {
    answer = await around.fetch(`${config.githubApiUrl}${path}`, {
      method: method ?? "GET",
      headers,
      body: body === undefined ? null : JSON.stringify(body),
      redirect: "error",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    bytes = new Uint8Array(await answer.arrayBuffer());
  } catch (fault) {
    return { kind: "unclear", why: describeNetworkFault(fault) };
  }
  const { ok, status } = answer;
  if (ok) return { kind: "ok", bytes };
  const seconds = readWaitSeconds(answer, around.now());
  if (seconds !== undefined) return { kind: "wait", seconds };
  if (status === 404) return { kind: "missing" };
  if (status === 409 || status === 422) return { kind: "conflict", status };
  if (status >= 500) return { kind: "unclear", why: `GitHub answered ${status}` };
  return fail("target_denied", `GitHub answered ${status}`);
}

/** https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api, "Exceeding the rate limit" */
function readWaitSeconds({ status, headers }: Response, now: Date): number | undefined {
  if (status !== 403 && status !== 429) return undefined;
  const retryAfter = Number(headers.get("retry-after") ?? Number.NaN);
  if (Number.isFinite(retryAfter)) return Math.max(1, retryAfter);
  if (headers.get("x-ratelimit-remaining") === "0") {
    const resetAt = Number(headers.get("x-ratelimit-reset"));
    return Math.max(1, Math.ceil(resetAt - now.getTime() / 1_000));
  }
  return status === 429 ? LONGEST_WAIT_SECONDS : undefined;
}
