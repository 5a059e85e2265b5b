import type { FastifyInstance } from "fastify";
import type { StandInContext } from "../context.js";
import { html, page } from "../pages/html.js";
import { findSignedIn, requireOwnOrigin } from "../pages/web-session.js";

interface ConnectionRoute {
  Params: { client_id: string };
}

/**
 * Where a user sees what they have granted to an app and takes it back.
 * https://docs.github.com/en/apps/oauth-apps/using-oauth-apps/reviewing-your-authorized-oauth-apps
 */
export function connectionRoutes(app: FastifyInstance, context: StandInContext): void {
  const path = "/settings/connections/applications/:client_id";

  app.get<ConnectionRoute>(path, (request, reply) => {
    const { client_id: clientId } = request.params;
    const application = context.apps.find((candidate) => candidate.clientId === clientId);
    const user = findSignedIn(context, request);
    reply.type("text/html; charset=utf-8");
    if (!user) return reply.redirect(`/login?return_to=${encodeURIComponent(request.url)}`, 302);
    if (!application) return reply.code(404).send(page("Not found", html`<h1>Not found</h1>`));
    const grant = context.store.grants.find(user.id, clientId);
    const body = grant
      ? html`<p>${user.login} has authorized ${application.name} since ${grant.createdAt}.</p>
<ul>${grant.scopes.map((scope) => html`<li><code>${scope}</code></li>`)}</ul>
<form method="post" action="/settings/connections/applications/${clientId}">
<div class="actions"><button class="danger" type="submit">Revoke access</button></div>
</form>`
      : html`<p>${user.login} has not authorized ${application.name}.</p>`;
    return reply.send(page(application.name, html`<h1>${application.name}</h1>${body}`));
  });

  app.post<ConnectionRoute>(path, (request, reply) => {
    requireOwnOrigin(context, request);
    const user = findSignedIn(context, request);
    if (!user) return reply.redirect(`/login?return_to=${encodeURIComponent(request.url)}`, 302);
    context.store.grants.revoke(user.id, request.params.client_id);
    return reply.redirect(request.url, 303);
  });
}
