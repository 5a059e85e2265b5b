import { randomBytes } from "node:crypto";
import type { FastifyInstance } from "fastify";
import type { StandInContext } from "../context.js";
import { jsonBodies } from "../http/body-parsers.js";
import { identifyCaller } from "../http/caller.js";
import { GitHubError } from "../http/github-error.js";
import { applicationRoutes } from "../oauth/application-routes.js";
import { commitRoutes } from "./commit-routes.js";
import { contentsRoutes } from "./contents-routes.js";
import { dispatchRoutes } from "./dispatch-routes.js";
import { gitDataRoutes } from "./git-data-routes.js";
import { RateLimiter } from "./rate-limit.js";
import { refRoutes } from "./ref-routes.js";
import { repositoryRoutes } from "./repository-routes.js";
import { runRoutes } from "./run-routes.js";
import { secretRoutes } from "./secret-routes.js";
import { treeRoutes } from "./tree-routes.js";
import { userRoutes } from "./user-routes.js";
import { workflowRoutes } from "./workflow-routes.js";

const EXPOSED =
  "ETag, Link, Location, Retry-After, X-GitHub-Request-Id, X-OAuth-Scopes, X-Accepted-OAuth-Scopes, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Used, X-RateLimit-Resource, X-RateLimit-Reset";

/** Everything under the REST base URL, with the headers that GitHub puts on each answer. */
export function restApi(app: FastifyInstance, context: StandInContext): void {
  const limiter = new RateLimiter(context);
  jsonBodies(app);

  app.addHook("onRequest", async (request, reply) => {
    reply.headers({
      "x-github-request-id": randomBytes(16).toString("hex").toUpperCase(),
      "x-github-media-type": "github.v3; format=json",
      "x-github-api-version-selected": String(request.headers["x-github-api-version"] ?? "2022-11-28"),
      "cache-control": request.headers.authorization ? "private, max-age=0" : "public, max-age=0",
      // https://docs.github.com/en/rest/using-the-rest-api/using-cors-and-jsonp-to-make-cross-origin-requests
      "access-control-allow-origin": "*",
      "access-control-expose-headers": EXPOSED,
    });
    if (request.method === "OPTIONS") return;
    if (!request.headers["user-agent"])
      throw new GitHubError(
        403,
        "Request forbidden by administrative rules. Please make sure your request has a User-Agent header",
        {
          documentationPath:
            "en/rest/using-the-rest-api/getting-started-with-the-rest-api#user-agent-required",
        },
      );
    // An app's id and secret in basic authentication are not a token.
    if (request.url.startsWith(`${new URL(context.urls.api).pathname}/applications/`)) return;
    request.caller = identifyCaller(context, request);
    const { token } = request.caller;
    if (token?.kind === "oauth" || token?.kind === "classic") {
      reply.header("x-oauth-scopes", token.scopes.join(", "));
      if (token.clientId) reply.header("x-oauth-client-id", token.clientId);
    }
    if (!request.url.endsWith("/rate_limit")) limiter.count(request, reply);
  });

  app.options("/*", (_request, reply) =>
    reply
      .code(204)
      .headers({
        "access-control-allow-headers":
          "Authorization, Content-Type, If-Match, If-None-Match, X-GitHub-Api-Version, Accept",
        "access-control-allow-methods": "GET, POST, PATCH, PUT, DELETE",
        "access-control-max-age": "86400",
      })
      .send(),
  );

  limiter.routes(app);
  userRoutes(app, context);
  repositoryRoutes(app, context);
  contentsRoutes(app, context);
  gitDataRoutes(app, context);
  treeRoutes(app, context);
  refRoutes(app, context);
  commitRoutes(app, context);
  secretRoutes(app, context);
  workflowRoutes(app, context);
  dispatchRoutes(app, context);
  runRoutes(app, context);
  applicationRoutes(app, context);
  app.setNotFoundHandler((_request, reply) =>
    reply.code(404).send(new GitHubError(404, "Not Found").toBody()),
  );
}
