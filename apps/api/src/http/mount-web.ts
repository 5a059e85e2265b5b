import httpProxy from "@fastify/http-proxy";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Env } from "../env.js";
import { AppError } from "./app-error.js";
import type { ProblemFilter } from "./problem-filter.js";

/** Paths that are ours alone: what no route of ours answers there is a 404, not a page. */
const OWN_PREFIXES = ["/api", "/v1", "/deployments", "/docs", "/health", "/metrics", "/analytics"];

/**
 * Passes everything that is not the API's to the web process, on the same origin. The forwarding headers are
 * written here, so that the web process never believes the client's.
 */
export async function mountWeb(fastify: FastifyInstance, env: Env, problems: ProblemFilter): Promise<void> {
  await fastify.register(httpProxy, {
    upstream: env.WEB_ORIGIN,
    prefix: "/",
    httpMethods: ["GET", "HEAD", "POST"],
    preHandler: (request, reply, done) => {
      const path = request.url.split("?")[0] ?? "/";
      if (OWN_PREFIXES.some((prefix) => path === prefix || path.startsWith(`${prefix}/`)))
        reply.callNotFound();
      else done();
    },
    replyOptions: {
      // The proxy's types allow for HTTP/2, which this server does not speak.
      onError: (reply, { error }) =>
        problems.answer(
          new AppError("web_unavailable", { cause: error }),
          reply.request as FastifyRequest,
          reply as FastifyReply,
        ),
      rewriteRequestHeaders: (request, headers) => ({
        ...headers,
        host: request.headers.host,
        "x-forwarded-for": request.ip,
        "x-forwarded-host": request.headers.host,
        "x-forwarded-proto": request.protocol,
      }),
    },
  });
}
