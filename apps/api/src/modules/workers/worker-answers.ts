import { epochAt, RESPONSE_HEADER, signResponse } from "@pulsekeep/signing";
import type { FastifyInstance } from "fastify";
import type { WorkerAuthService } from "./worker-auth.service.js";

/**
 * Puts the server's proof on every answer to a proven request, refusals included, over the very bytes that are
 * sent: a worker believes nothing else.
 */
export function signWorkerAnswers(fastify: FastifyInstance, auth: WorkerAuthService, now: () => Date): void {
  fastify.addHook("onSend", async (request, reply, payload) => {
    const proven = auth.findProven(request);
    if (!proven) return payload;
    const keys = proven.findKeys(epochAt(now()));
    if (!keys) return payload;
    const body = typeof payload === "string" || Buffer.isBuffer(payload) ? payload : "";
    const response = {
      status: reply.statusCode,
      body,
      clientId: proven.worker.clientId,
      requestJti: proven.requestJti,
    };
    reply.header(RESPONSE_HEADER, signResponse({ keys, response }));
    return payload;
  });
}
