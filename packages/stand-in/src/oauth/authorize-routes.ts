import type { FastifyInstance, FastifyReply } from "fastify";
import type { StandInContext } from "../context.js";
import { hasScope, normalizeScopes } from "../http/scopes.js";
import { html, page } from "../pages/html.js";
import { findSignedIn, requireOwnOrigin, signIn } from "../pages/web-session.js";
import type { User } from "../store/user-store.js";
import { UserStore } from "../store/user-store.js";
import { authorizePage } from "./authorize-page.js";
import { type AuthorizeRequest, callbackOf, parseAuthorizeRequest, withError } from "./authorize-request.js";

interface AuthorizeRoute {
  Querystring: Readonly<Record<string, string | undefined>>;
  Body: Readonly<Record<string, string | undefined>>;
}

/** https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps#web-application-flow */
export function authorizeRoutes(app: FastifyInstance, context: StandInContext): void {
  const { store } = context;

  app.get<AuthorizeRoute>("/login/oauth/authorize", (request, reply) => {
    const parsed = parseAuthorizeRequest(context, request.query);
    if (parsed.kind === "unknown_app") return unknownApp(reply);
    if (parsed.kind === "refused") return reply.redirect(parsed.location, 302);
    const user = findSignedIn(context, request);
    const scopes = scopesOf(context, parsed.request, user);
    if (user && parsed.request.prompt !== "select_account" && isGranted(context, { user, parsed, scopes }))
      return reply.redirect(answerWithCode(context, { request: parsed.request, user, scopes }), 302);
    const rendered = authorizePage({
      request: parsed.request,
      scopes,
      users: store.users.listAll(),
      selected: parsed.request.loginHint ?? user?.login,
      query: new URLSearchParams(request.url.split("?")[1]).toString(),
    });
    return reply.type("text/html; charset=utf-8").send(rendered);
  });

  app.post<AuthorizeRoute>("/login/oauth/authorize", (request, reply) => {
    requireOwnOrigin(context, request);
    const parsed = parseAuthorizeRequest(context, request.query);
    if (parsed.kind === "unknown_app") return unknownApp(reply);
    if (parsed.kind === "refused") return reply.redirect(parsed.location, 302);
    if (request.body["decision"] !== "authorize")
      return reply.redirect(
        withError(callbackOf(parsed.request), {
          error: "access_denied",
          description: "The user has denied your application access.",
          state: parsed.request.state,
        }),
        302,
      );
    const user = chooseUser(context, request.body);
    if (!user)
      return reply
        .code(422)
        .type("text/html; charset=utf-8")
        .send(
          page(
            "Account",
            html`<h1>No such account</h1><p>A login has letters, digits and single hyphens.</p>`,
          ),
        );
    const scopes = scopesOf(context, parsed.request, user);
    const { clientId } = parsed.request.app;
    const earlier = store.grants.find(user.id, clientId)?.scopes ?? [];
    store.grants.put({ userId: user.id, clientId, scopes: normalizeScopes([...earlier, ...scopes]) });
    signIn(context, reply, user);
    return reply.redirect(answerWithCode(context, { request: parsed.request, user, scopes }), 302);
  });
}

// Without the parameter a user who consented before gives the same scopes again, anybody else none.
function scopesOf(
  context: StandInContext,
  request: AuthorizeRequest,
  user: User | undefined,
): readonly string[] {
  if (request.scopes) return request.scopes;
  return (user && context.store.grants.find(user.id, request.app.clientId)?.scopes) ?? [];
}

function isGranted(
  context: StandInContext,
  { user, parsed, scopes }: { user: User; parsed: { request: AuthorizeRequest }; scopes: readonly string[] },
): boolean {
  const { loginHint, app } = parsed.request;
  if (loginHint && loginHint.toLowerCase() !== user.login.toLowerCase()) return false;
  const grant = context.store.grants.find(user.id, app.clientId);
  return grant !== undefined && scopes.every((scope) => hasScope(grant.scopes, scope));
}

function answerWithCode(
  context: StandInContext,
  { request, user, scopes }: { request: AuthorizeRequest; user: User; scopes: readonly string[] },
): string {
  const { codePlain } = context.store.codes.create({
    clientId: request.app.clientId,
    userId: user.id,
    scopes,
    redirectUri: request.redirectUri,
    codeChallenge: request.codeChallenge,
  });
  const url = new URL(callbackOf(request));
  url.searchParams.set("code", codePlain);
  if (request.state !== undefined) url.searchParams.set("state", request.state);
  return url.toString();
}

function chooseUser(context: StandInContext, form: AuthorizeRoute["Body"]): User | undefined {
  const newLogin = form["new_login"]?.trim();
  if (newLogin) return UserStore.isLogin(newLogin) ? context.store.users.ensure(newLogin) : undefined;
  return form["login"] ? context.store.users.findByLogin(form["login"]) : undefined;
}

function unknownApp(reply: FastifyReply): FastifyReply {
  return reply
    .code(404)
    .type("text/html; charset=utf-8")
    .send(page("Not found", html`<h1>Not found</h1><p>No application has this client id.</p>`));
}
