import { type FastifyError, type FastifyInstance, fastify } from "fastify";
import { type AdminOptions, adminRoutes } from "./admin/admin-routes.js";
import type { StandInContext } from "./context.js";
import { gitHttpRoutes } from "./git/git-http-routes.js";
import { formBodies, jsonBodies } from "./http/body-parsers.js";
import { ANONYMOUS } from "./http/caller.js";
import { faultHooks } from "./http/fault-hooks.js";
import { GitHubError } from "./http/github-error.js";
import { hostGuard } from "./http/host-guard.js";
import { accessTokenRoute } from "./oauth/access-token-route.js";
import { authorizeRoutes } from "./oauth/authorize-routes.js";
import { connectionRoutes } from "./oauth/connection-routes.js";
import { oidcRoutes } from "./oidc/oidc-routes.js";
import { accountPages } from "./pages/account-pages.js";
import { loginRoutes } from "./pages/login-routes.js";
import { notFoundPage, repositoryPages } from "./pages/repository-pages.js";
import { runPages } from "./pages/run-pages.js";
import { restApi } from "./rest/rest-api.js";

// GitHub takes blobs of up to 100 MB, base64 makes them a third larger.
const BODY_LIMIT_BYTES = 140 * 1024 * 1024;

export interface ServerOptions extends AdminOptions {
  readonly portOf: () => number;
}

/** All routes on one server; each part reads bodies in its own way. */
export function buildServer(context: StandInContext, options: ServerOptions): FastifyInstance {
  const app = fastify({
    bodyLimit: BODY_LIMIT_BYTES,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 500, caseSensitive: true },
  });
  // The real value is set per request, before any route runs.
  app.decorateRequest("caller", null as never);
  app.decorateRequest("fault", undefined);
  hostGuard(app, options.portOf);
  recordRequests(app, context);
  app.setErrorHandler((error: FastifyError, _request, reply) => {
    const answer = toGitHubError(error);
    if (answer.status >= 500 && !(error instanceof GitHubError)) process.emitWarning(error);
    return reply.code(answer.status).headers(answer.headers).send(answer.toBody());
  });
  app.addHook("onRequest", async (request) => {
    request.caller = ANONYMOUS;
  });

  app.register(async (scope) => {
    jsonBodies(scope);
    adminRoutes(scope, context, options);
  });
  app.register(async (scope) => {
    faultHooks(scope, context);
    scope.register(
      async (api) => {
        restApi(api, context);
      },
      { prefix: new URL(context.urls.api).pathname },
    );
    scope.register(async (git) => gitHttpRoutes(git, context));
    scope.register(async (pages) => {
      formBodies(pages);
      oidcRoutes(pages, context);
      authorizeRoutes(pages, context);
      accessTokenRoute(pages, context);
      connectionRoutes(pages, context);
      loginRoutes(pages, context);
      accountPages(pages, context);
      repositoryPages(pages, context);
      runPages(pages, context);
    });
  });
  app.setNotFoundHandler((request, reply) => notFoundPage(request, reply));
  return app;
}

function recordRequests(app: FastifyInstance, context: StandInContext): void {
  app.addHook("onRequest", async (request, reply) => {
    const path = request.url.split("?")[0] ?? "";
    if (path.startsWith("/_stand-in/")) return;
    const [scheme] = (request.headers.authorization ?? "").split(" ");
    const seen = {
      at: new Date(context.now()).toISOString(),
      method: request.method,
      path,
      authorization: scheme ? scheme.toLowerCase() : null,
      userAgent: request.headers["user-agent"] ?? null,
    };
    // Recorded at once: a request whose reply gets lost was seen all the same.
    const recorded = context.requests.record({ ...seen, status: null });
    reply.raw.once("finish", () => recorded.finish(reply.raw.statusCode));
  });
}

function toGitHubError(error: FastifyError): GitHubError {
  if (error instanceof GitHubError) return error;
  if (error instanceof RangeError) return new GitHubError(422, error.message);
  const status = error.statusCode ?? 500;
  return new GitHubError(status, status < 500 ? error.message : "Server Error");
}
