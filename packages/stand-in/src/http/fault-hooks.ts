import { once } from "node:events";
import type { FastifyInstance } from "fastify";
import type { StandInContext } from "../context.js";
import type { RequestFault } from "../faults/fault-board.js";
import { isRefusalKind, refusalOf } from "../faults/refusals.js";
import { GitHubError } from "./github-error.js";

/** Meets each request with the first seeded fault that fits it, before or after the effect. */
export function faultHooks(app: FastifyInstance, context: StandInContext): void {
  app.addHook("onRequest", async (request) => {
    request.fault = context.faults.takeForRequest(request.method, request.url.split("?")[0] ?? "");
    if (request.fault === undefined) return;
    // Says nothing until the other side gives up.
    if (request.fault.kind === "hang") await once(request.raw.socket, "close");
    const refusal = findRefusal(request.fault, context.now());
    if (refusal) throw refusal;
  });
  app.addHook("onSend", async (request, reply, payload) => {
    const { fault } = request;
    if (fault?.kind === "reply_lost") request.raw.socket.destroy();
    if (fault?.kind === "status" && fault.afterEffect) {
      reply.code(fault.status ?? 503);
      return JSON.stringify(serverError(fault).toBody());
    }
    return payload;
  });
}

/** What is answered before the effect, if anything. */
function findRefusal(fault: RequestFault, now: number): GitHubError | undefined {
  if (isRefusalKind(fault.kind)) return refusalOf(fault.kind, { ...fault, now });
  if (fault.kind === "hang" || (fault.kind === "status" && !fault.afterEffect)) return serverError(fault);
  return undefined;
}

const serverError = ({ status = 503 }: RequestFault): GitHubError => new GitHubError(status, "Server Error");
