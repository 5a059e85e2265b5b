import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Problem } from "@pulsekeep/contracts/api/shared";
import type { Env } from "../../env.js";
import { AppError, type ErrorCode } from "../../http/app-error.js";
import { refuseCrossSite } from "../../http/cross-site.js";
import type { RateLimiter } from "../../http/rate-limit/rate-limiter.js";
import type { Clock } from "../../platform/clock.js";
import { accountSignedIn, limitSignIns } from "./account-limits.js";
import type { Auth } from "./auth.js";
import { KnownDevices } from "./known-devices.js";

const CODES: Record<number, ErrorCode> = {
  401: "unauthenticated",
  403: "forbidden",
  404: "not_found",
  405: "method_not_allowed",
  415: "unsupported_media_type",
  429: "rate_limited",
  500: "internal",
};
const PREFIX = "/api/auth";
const OUR_HEADERS = new Set(["content-length", "cache-control"]);

/**
 * Serves the auth library under `/api/auth`. It reads bodies itself, so the scope has a parser of its own; the
 * address that its limits count by is set here from the connection, never taken from the client.
 */
export async function mountAuth(
  fastify: FastifyInstance,
  auth: Auth,
  { env, limiter, clock }: { env: Env; limiter: RateLimiter; clock: Clock },
): Promise<void> {
  const devices = new KnownDevices({
    secret: env.AUTH_SECRET,
    isSecure: env.PULSEKEEP_PUBLIC_URL.startsWith("https://"),
  });
  await fastify.register(
    async (scope) => {
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser("*", { parseAs: "buffer", bodyLimit: 65_536 }, (_, body, done) =>
        done(null, body),
      );
      scope.route({
        method: ["GET", "POST"],
        url: "/*",
        onRequest: async (request) => refuseForeign(request, env),
        preHandler: async (request) =>
          limitSignIns(limiter, {
            path: pathOf(request, env),
            ip: request.ip,
            body: request.body,
            findDevice: (account) => devices.find(request.headers.cookie, account, clock.now()),
          }),
        handler: async (request, reply) => {
          const response = await auth.handler(toWebRequest(request, env));
          const account = accountSignedIn(pathOf(request, env), request.body);
          if (account !== undefined && beginsSession(response))
            reply.header("set-cookie", devices.remember(request.headers.cookie, account, clock.now()));
          return send(request, reply, response);
        },
      });
    },
    { prefix: PREFIX },
  );
}

/** Whoever knew the password, or has just chosen it. */
const beginsSession = (response: Response): boolean =>
  response.ok &&
  response.headers.getSetCookie().some((cookie) => /^[\w-]*pulsekeep\.session_token=[^;]/.test(cookie));

/** Apple answers with a form post from its own site; the library checks its state instead. */
const FORM_POST = "/api/auth/callback/apple";

function refuseForeign(request: FastifyRequest, env: Env): void {
  if (request.method !== "POST" || request.url.split("?")[0] === FORM_POST) return;
  refuseCrossSite(request, env.PULSEKEEP_PUBLIC_URL);
  const type = request.headers["content-type"];
  if (type !== undefined && !/^application\/json\s*(;|$)/i.test(type))
    throw new AppError("unsupported_media_type");
}

/** One reading for the limits and the library: "/./sign-in/email" is "/sign-in/email" to both. */
const urlOf = (request: FastifyRequest, env: Env): URL => new URL(request.url, env.PULSEKEEP_PUBLIC_URL);

const pathOf = (request: FastifyRequest, env: Env): string =>
  urlOf(request, env).pathname.slice(PREFIX.length);

function toWebRequest(request: FastifyRequest, env: Env): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers))
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(", ") : value);
  headers.set("x-client-ip", request.ip);
  return new Request(urlOf(request, env), {
    method: request.method,
    headers,
    ...(request.method === "POST" && request.body instanceof Buffer
      ? { body: new Uint8Array(request.body) }
      : {}),
  });
}

async function send(request: FastifyRequest, reply: FastifyReply, response: Response): Promise<FastifyReply> {
  reply.status(response.status);
  for (const [name, value] of response.headers) if (!OUR_HEADERS.has(name)) reply.header(name, value);
  reply.header("cache-control", "no-store");
  const text = await response.text();
  if (response.status >= 400) return sendProblem(request, reply, readJson(text));
  const isJson = response.headers.get("content-type")?.includes("json") === true;
  return reply.send(isJson ? JSON.stringify(readJson(text), withoutTokens) : text === "" ? null : text);
}

/** A session's token is for the HttpOnly cookie: no script of a page needs it. */
const withoutTokens = (key: string, value: unknown): unknown => (key === "token" ? undefined : value);

/** The library's refusals in the form of all others. Its code stays, in lower case as ours are. */
function sendProblem(request: FastifyRequest, reply: FastifyReply, failure: unknown): FastifyReply {
  const { code, message } = (failure ?? {}) as { code?: unknown; message?: unknown };
  const problem: Problem = {
    type: "/docs/errors#auth",
    title: typeof message === "string" ? message : "The request was refused",
    status: reply.statusCode,
    code: typeof code === "string" ? code.toLowerCase() : (CODES[reply.statusCode] ?? "bad_request"),
    requestId: request.id,
  };
  return reply.type("application/problem+json").send(JSON.stringify(problem));
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
