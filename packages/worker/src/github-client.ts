import type { WorkerConfig } from "./config.js";
import { describeNetworkFault } from "./network-fault.js";
import { RunFault } from "./run-fault.js";
import type { Surroundings } from "./surroundings.js";

/** What GitHub answered; `missing` stands for 404, which many callers expect. */
export type GitHubAnswer =
  | { kind: "ok"; bytes: Uint8Array }
  | { kind: "missing" }
  /** 409 or 422: GitHub understood and will not do it as things stand. */
  | { kind: "conflict"; status: number }
  /** Nobody knows whether it was done. Only given for calls that are not repeatable. */
  | { kind: "unclear"; why: string };

export interface GitHubCall {
  method: "GET" | "POST" | "PATCH" | "PUT";
  path: string;
  body?: object;
  accept?: string;
  /** False for what changes something that others see. */
  repeatable: boolean;
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
      if (answer.kind !== "wait" && answer.kind !== "unclear") return answer;
      const mayRepeat = attempt < ATTEMPTS && !around.isStopping();
      if (answer.kind === "wait") {
        if (!mayRepeat || answer.seconds > LONGEST_WAIT_SECONDS) {
          throw new RunFault("failed", "rate_limited", `GitHub asks to wait ${answer.seconds} s`);
        }
        await around.sleep(answer.seconds * 1_000);
      } else {
        if (!call.repeatable) return answer;
        if (!mayRepeat) throw new RunFault("failed", "github_unavailable", answer.why);
        await around.sleep(500 * 2 ** attempt);
      }
    }
  };
}

async function callOnce(
  config: WorkerConfig,
  around: Surroundings,
  call: GitHubCall,
): Promise<GitHubAnswer | { kind: "wait"; seconds: number }> {
  const headers: Record<string, string> = {
    accept: call.accept ?? "application/vnd.github+json",
    authorization: `Bearer ${config.githubToken}`,
    "user-agent": "keepstreak-worker",
    "x-github-api-version": "2022-11-28",
    ...(call.body === undefined ? {} : { "content-type": "application/json" }),
  };
  const body = call.body === undefined ? null : JSON.stringify(call.body);
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const url = `${config.githubApiUrl}${call.path}`;
    const answer = await around.fetch(url, { method: call.method, headers, body, redirect: "error", signal });
    const bytes = new Uint8Array(await answer.arrayBuffer());
    return classify(answer, bytes, around.now());
  } catch (fault) {
    if (fault instanceof RunFault) throw fault;
    return { kind: "unclear", why: describeNetworkFault(fault) };
  }
}

function classify(
  answer: Response,
  bytes: Uint8Array,
  now: Date,
): GitHubAnswer | { kind: "wait"; seconds: number } {
  if (answer.ok) return { kind: "ok", bytes };
  const seconds = readWaitSeconds(answer, now);
  if (seconds !== undefined) return { kind: "wait", seconds };
  if (answer.status === 404) return { kind: "missing" };
  if (answer.status === 409 || answer.status === 422) return { kind: "conflict", status: answer.status };
  if (answer.status >= 500) return { kind: "unclear", why: `GitHub answered ${answer.status}` };
  throw new RunFault("failed", "target_denied", `GitHub answered ${answer.status}`);
}

/** https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api, "Exceeding the rate limit" */
function readWaitSeconds(answer: Response, now: Date): number | undefined {
  if (answer.status !== 403 && answer.status !== 429) return undefined;
  const retryAfter = Number(answer.headers.get("retry-after") ?? Number.NaN);
  if (Number.isFinite(retryAfter)) return Math.max(1, retryAfter);
  if (answer.headers.get("x-ratelimit-remaining") === "0") {
    const resetAt = Number(answer.headers.get("x-ratelimit-reset"));
    return Math.max(1, Math.ceil(resetAt - now.getTime() / 1_000));
  }
  return answer.status === 429 ? LONGEST_WAIT_SECONDS : undefined;
}
