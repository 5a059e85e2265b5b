import type { FastifyInstance } from "fastify";
import type { StandInContext } from "../context.js";
import { html } from "./html.js";
import { notFoundPage, send } from "./repository-pages.js";
import { findSignedIn } from "./web-session.js";

/** The start page, and an account with those of its repositories that this browser may see. */
export function accountPages(app: FastifyInstance, context: StandInContext): void {
  const { store } = context;

  app.get("/", (_request, reply) => {
    const accounts = store.users
      .listAll()
      .map(({ login }) => html`<li><a href="/${login}">${login}</a></li>`);
    return send(
      reply,
      "GitHub stand-in",
      html`<h1>GitHub stand-in</h1><p><a href="/login">Sign in</a> to see private repositories.</p><ul>${accounts}</ul>`,
    );
  });

  app.get<{ Params: { login: string } }>("/:login", (request, reply) => {
    const user = store.users.findByLogin(request.params.login);
    if (!user) return notFoundPage(request, reply);
    const isSelf = findSignedIn(context, request)?.id === user.id;
    const repositories = store.repositories
      .listAll()
      .filter((repository) => repository.ownerId === user.id && (isSelf || !repository.private))
      .map(({ owner, name }) => html`<li><a href="/${owner}/${name}">${name}</a></li>`);
    return send(reply, user.login, html`<h1>${user.login}</h1><p>${user.name}</p><ul>${repositories}</ul>`);
  });

  app.get<{ Params: { id: string } }>("/_stand-in/avatars/:id.svg", (request, reply) => {
    const hue = (Number(request.params.id) * 47) % 360 || 0;
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><rect width="8" height="8" fill="hsl(${hue} 60% 45%)"/></svg>`;
    return reply.type("image/svg+xml").send(svg);
  });
}
