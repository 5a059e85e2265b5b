import { NestFactory } from "@nestjs/core";
import { FastifyAdapter, type NestFastifyApplication } from "@nestjs/platform-fastify";
import { SwaggerModule } from "@nestjs/swagger";
import type { FastifyReply, FastifyRequest } from "fastify";
import { v7 } from "uuid";
import { AppModule } from "./app.module.js";
import type { Env } from "./env.js";
import { AppError } from "./http/app-error.js";
import { createOpenApiDocument } from "./http/openapi.js";
import { RateLimiter } from "./http/rate-limit/rate-limiter.js";
import { ProblemFilter } from "./http/problem-filter.js";
import { mountWeb } from "./http/mount-web.js";
import { AUTH, type Auth } from "./modules/identity/auth.js";
import { mountAuth } from "./modules/identity/mount-auth.js";
import { HttpMetrics } from "./modules/observability/http-metrics.js";
import { signWorkerAnswers } from "./modules/workers/worker-answers.js";
import { WorkerAuthService } from "./modules/workers/worker-auth.service.js";
import { Clock } from "./platform/clock.js";
import type { Logger } from "./platform/logger.js";

const BODY_LIMIT_BYTES = 1_048_576;
/** What requests under way get at a stop. Long polls and connections that never asked would hold it for a minute. */
const DRAIN_MS = 3_000;

/**
 * Errors go to the problem filter from the first plugin on. Nest would put a handler of its own over it, but
 * only in the outermost scope: the auth library's and the web process's would answer differently.
 */
class EdgeAdapter extends FastifyAdapter {
  override setErrorHandler(): ReturnType<FastifyAdapter["setErrorHandler"]> {
    return this.getInstance();
  }

  /** JSON only: what a form of another site can send without asking is no body of ours. */
  override registerParserMiddleware(_prefix?: string, rawBody = false): void {
    this.useBodyParser("application/json", rawBody, { bodyLimit: BODY_LIMIT_BYTES });
  }
}

/**
 * Builds the server: the edge that serves the API and passes every other path to the web process. Does not
 * listen yet.
 */
export async function createApp(env: Env, logger: Logger): Promise<NestFastifyApplication> {
  // Addresses that do not decode are refused before any route or hook is known.
  let answerEarly: ProblemFilter["answer"] | undefined;
  const adapter = new EdgeAdapter({
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) =>
      answerEarly?.(error, request, reply),
    trustProxy: env.TRUSTED_PROXIES.length > 0 ? env.TRUSTED_PROXIES : false,
    bodyLimit: BODY_LIMIT_BYTES,
    genReqId: () => v7(),
    routerOptions: { ignoreTrailingSlash: false, caseSensitive: true, maxParamLength: 200 },
  });
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.for(env, logger), adapter, {
    rawBody: true,
    abortOnError: false,
    logger: {
      log: () => undefined,
      error: (message: unknown) => logger.error({ message: String(message) }, "nest"),
      warn: (message: unknown) => logger.warn({ message: String(message) }, "nest"),
    },
  });
  const fastify = adapter.getInstance();
  const problems = app.get(ProblemFilter);
  answerEarly = problems.answer.bind(problems);
  fastify.removeContentTypeParser("text/plain");
  fastify.setErrorHandler((error, request, reply) => problems.answer(error, request, reply));
  fastify.addHook("onRequest", async (request, reply) => {
    reply.header("x-request-id", request.id);
    reply.header("x-content-type-options", "nosniff");
    reply.header("referrer-policy", "strict-origin-when-cross-origin");
    reply.header("x-frame-options", "DENY");
    // Answers to sessions belong to one person; a route that may be kept says so itself.
    if (request.url.startsWith("/api/")) reply.header("cache-control", "no-store");
    // Nothing is unpacked, so nothing small becomes large; said before it is read as broken JSON.
    const { "content-encoding": encoding = "identity" } = request.headers;
    if (encoding !== "identity")
      throw new AppError("unsupported_media_type", { detail: "Send the body uncompressed" });
  });
  fastify.addHook("preClose", (done) => {
    setTimeout(() => fastify.server.closeAllConnections(), DRAIN_MS).unref();
    done();
  });
  app.get(HttpMetrics).observe(fastify);
  const clock = app.get(Clock);
  signWorkerAnswers(fastify, app.get(WorkerAuthService), () => clock.now());
  await mountAuth(fastify, app.get<Auth>(AUTH), {
    env,
    limiter: app.get(RateLimiter),
    clock: app.get(Clock),
  });
  SwaggerModule.setup("docs", app, () => createOpenApiDocument(app), {
    jsonDocumentUrl: "docs/openapi.json",
    yamlDocumentUrl: "docs/openapi.yaml",
    customSiteTitle: "PulseKeep API",
    // On a phone a group's sentence goes below its name, instead of into a column of single letters.
    customCss:
      "@media (max-width: 40rem) { .swagger-ui .opblock-tag { flex-wrap: wrap } .swagger-ui .opblock-tag small { order: 1; flex: 0 0 100% } }",
    // Closed, the groups are the table of contents.
    swaggerOptions: { docExpansion: "none" },
  });
  if (env.PULSEKEEP_ROLES.includes("http")) await mountWeb(fastify, env, problems);
  app.enableShutdownHooks();
  await app.init();
  return app;
}
