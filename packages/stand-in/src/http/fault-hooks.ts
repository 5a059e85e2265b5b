import type { FastifyInstance } from "fastify";
import type { StandInContext } from "../context.js";
import type { RequestFault } from "../faults/fault-board.js";
import { GitHubError } from "./github-error.js";

/** Meets each request with the first seeded fault that fits it, before or after the effect. */
export function faultHooks(app: FastifyInstance, context: StandInContext): void {
  app.addHook("onRequest", async (request) => {
    request.fault = context.faults.takeForRequest(request.method, request.url.split("?")[0] ?? "");
    if (request.fault && isBeforeEffect(request.fault)) throw errorOf(request.fault);
  });
  app.addHook("onSend", async (request, reply, payload) => {
    const { fault } = request;
    if (fault?.kind === "reply_lost") request.raw.socket.destroy();
    if (fault?.kind === "status" && fault.afterEffect) {
      reply.code(fault.status ?? 503);
      return JSON.stringify(errorOf(fault).toBody());
    }
    return payload;
  });
}

function isBeforeEffect(fault: RequestFault): boolean {
  return fault.kind === "secondary_rate_limit" || (fault.kind === "status" && !fault.afterEffect);
}

function errorOf(fault: RequestFault): GitHubError {
  if (fault.kind === "secondary_rate_limit")
    // https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits
    return new GitHubError(
      403,
      "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
      {
        documentationPath:
          "free-pro-team@latest/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits",
        headers: { "retry-after": String(fault.retryAfterSeconds ?? 60) },
      },
    );
  return new GitHubError(fault.status ?? 503, "Server Error");
}
