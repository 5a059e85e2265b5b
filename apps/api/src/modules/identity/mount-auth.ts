import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Env } from "../../env.js";
import type { Auth } from "./auth.js";

/**
 * Serves the auth library under `/api/auth`. It reads bodies itself, so the scope has a parser of its own; the
 * address that its limits count by is set here from the connection, never taken from the client.
 */
export async function mountAuth(fastify: FastifyInstance, auth: Auth, env: Env): Promise<void> {
  await fastify.register(
    async (scope) => {
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser("*", { parseAs: "buffer", bodyLimit: 65_536 }, (_, body, done) =>
        done(null, body),
      );
      scope.route({
        method: ["GET", "POST"],
        url: "/*",
        handler: async (request, reply) => send(reply, await auth.handler(toWebRequest(request, env))),
      });
    },
    { prefix: "/api/auth" },
  );
}

function toWebRequest(request: FastifyRequest, env: Env): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers))
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(", ") : value);
  headers.set("x-client-ip", request.ip);
  return new Request(new URL(request.url, env.PULSEKEEP_PUBLIC_URL), {
    method: request.method,
    headers,
    ...(request.method === "POST" && request.body instanceof Buffer
      ? { body: new Uint8Array(request.body) }
      : {}),
  });
}

async function send(reply: FastifyReply, response: Response): Promise<FastifyReply> {
  reply.status(response.status).header("cache-control", "no-store");
  response.headers.forEach((value, name) => {
    reply.header(name, value);
  });
  return reply.send(response.body === null ? null : Buffer.from(await response.arrayBuffer()));
}
