import type { FastifyInstance } from "fastify";
import type { StandInContext } from "../context.js";
import { html, page } from "./html.js";
import { findSignedIn, requireOwnOrigin, signIn, signOut } from "./web-session.js";

interface LoginRoute {
  Querystring: { return_to?: string };
  Body: Readonly<Record<string, string | undefined>>;
}

/** Signing in to the stand-in's own pages: choosing an account, no password. */
export function loginRoutes(app: FastifyInstance, context: StandInContext): void {
  app.get<LoginRoute>("/login", (request, reply) => {
    const user = findSignedIn(context, request);
    const accounts = context.store.users
      .listAll()
      .map(
        ({ login }) => html`<button type="submit" name="login" value="${login}">Sign in as ${login}</button>`,
      );
    const target = localPath(request.query.return_to);
    const body = html`<h1>Sign in</h1>
${user ? html`<p>Signed in as ${user.login}.</p>` : null}
<form method="post" action="/login?return_to=${encodeURIComponent(target)}">${accounts}</form>
${user ? html`<form method="post" action="/logout"><button type="submit">Sign out</button></form>` : null}`;
    return reply.type("text/html; charset=utf-8").send(page("Sign in", body));
  });

  app.post<LoginRoute>("/login", (request, reply) => {
    requireOwnOrigin(context, request);
    const user = context.store.users.findByLogin(request.body["login"] ?? "");
    if (user) signIn(context, reply, user);
    return reply.redirect(user ? localPath(request.query.return_to) : "/login", 303);
  });

  app.post("/logout", (request, reply) => {
    requireOwnOrigin(context, request);
    signOut(context, request, reply);
    return reply.redirect("/login", 303);
  });
}

/** A path of ours; anything that could leave this origin becomes the start page. */
function localPath(target: string | undefined): string {
  return target && /^\/(?![/\\])/.test(target) ? target : "/";
}
