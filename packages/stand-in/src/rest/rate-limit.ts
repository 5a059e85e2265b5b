import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { StandInContext } from "../context.js";
import type { Caller } from "../http/caller.js";
import { GitHubError } from "../http/github-error.js";

const WINDOW_MS = 3_600_000;

interface Window {
  readonly resetAtMs: number;
  used: number;
}

/**
 * Primary limits per hour: 5,000 for a user, 1,000 for the jobs of a repository, 60 without a token.
 * https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
 */
export class RateLimiter {
  readonly #context: Pick<StandInContext, "now" | "timeScale">;
  readonly #windows = new Map<string, Window>();

  constructor(context: Pick<StandInContext, "now" | "timeScale">) {
    this.#context = context;
  }

  /** Counts the request, sets the headers and throws 403 when the limit is used up. */
  count(request: FastifyRequest, reply: FastifyReply): void {
    const { limit, window } = this.#windowOf(request.caller);
    window.used += 1;
    reply.headers(headersOf(limit, window));
    if (window.used <= limit) return;
    throw new GitHubError(403, "API rate limit exceeded", {
      documentationPath: "rest/overview/rate-limits-for-the-rest-api",
    });
  }

  routes(app: FastifyInstance): void {
    // Asking does not count: https://docs.github.com/en/rest/rate-limit/rate-limit
    app.get("/rate_limit", (request, reply) => {
      const { limit, window } = this.#windowOf(request.caller);
      reply.headers(headersOf(limit, window));
      const core = {
        limit,
        used: window.used,
        remaining: Math.max(0, limit - window.used),
        reset: Math.ceil(window.resetAtMs / 1000),
      };
      return { resources: { core }, rate: core };
    });
  }

  #windowOf(caller: Caller): { limit: number; window: Window } {
    const { token, user } = caller;
    const key = user ? `user:${user.id}` : token ? `repository:${token.repositoryId}` : "anonymous";
    // With schedules sped up an hour holds more of them: the limit stays what it is per schedule hour.
    const limit = (user ? 5000 : token ? 1000 : 60) * Math.max(1, this.#context.timeScale);
    const known = this.#windows.get(key);
    if (known && known.resetAtMs > this.#context.now()) return { limit, window: known };
    const window = { resetAtMs: this.#context.now() + WINDOW_MS, used: 0 };
    this.#windows.set(key, window);
    return { limit, window };
  }
}

function headersOf(limit: number, window: Window): Record<string, string> {
  return {
    "x-ratelimit-limit": String(limit),
    "x-ratelimit-remaining": String(Math.max(0, limit - window.used)),
    "x-ratelimit-used": String(window.used),
    "x-ratelimit-reset": String(Math.ceil(window.resetAtMs / 1000)),
    "x-ratelimit-resource": "core",
  };
}
