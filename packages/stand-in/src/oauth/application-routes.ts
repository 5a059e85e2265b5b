import type { FastifyInstance, FastifyRequest } from "fastify";
import type { StandInContext } from "../context.js";
import { Body } from "../http/body.js";
import { badCredentials, notFound } from "../http/github-error.js";
import { presentSimpleUser } from "../rest/present-user.js";
import type { Token } from "../store/token-store.js";
import { findAppByBasic } from "./app-credentials.js";

interface ApplicationRoute {
  Params: { client_id: string };
}

/**
 * What an app may ask and do about its own tokens, by basic authentication with its id and secret.
 * https://docs.github.com/en/rest/apps/oauth-applications
 */
export function applicationRoutes(app: FastifyInstance, context: StandInContext): void {
  const { store, urls } = context;

  app.post<ApplicationRoute>("/applications/:client_id/token", (request) => {
    const { token, tokenPlain } = openToken(context, request);
    const owner = token.userId === null ? undefined : store.users.findById(token.userId);
    const application = context.apps.find(({ clientId }) => clientId === token.clientId);
    return {
      id: token.id,
      url: `${urls.api}/authorizations/${token.id}`,
      app: { client_id: token.clientId, name: application?.name, url: application?.callbackUrls[0] },
      token: tokenPlain,
      hashed_token: token.tokenHash,
      token_last_eight: token.lastEight,
      note: null,
      note_url: null,
      fingerprint: null,
      scopes: token.scopes,
      created_at: token.createdAt,
      updated_at: token.createdAt,
      expires_at: null,
      user: owner ? presentSimpleUser(owner, urls) : null,
    };
  });

  app.delete<ApplicationRoute>("/applications/:client_id/token", (request, reply) => {
    store.tokens.revoke(openToken(context, request).tokenPlain);
    return reply.code(204).send();
  });

  // Ends the user's consent, and with it every token that the app has for this user.
  app.delete<ApplicationRoute>("/applications/:client_id/grant", (request, reply) => {
    const { token } = openToken(context, request);
    if (token.userId !== null && token.clientId) store.grants.revoke(token.userId, token.clientId);
    return reply.code(204).send();
  });
}

/** 404 covers a token that is not valid and one of another app alike. */
function openToken(
  context: StandInContext,
  request: FastifyRequest<ApplicationRoute>,
): { token: Token; tokenPlain: string } {
  const app = findAppByBasic(context.apps, request);
  if (!app) throw badCredentials();
  if (app.clientId !== request.params.client_id) throw notFound("rest/apps/oauth-applications");
  const tokenPlain = Body.from(request.body).string("access_token");
  const token = context.store.tokens.find(tokenPlain);
  if (!token || token.clientId !== app.clientId) throw notFound("rest/apps/oauth-applications");
  return { token, tokenPlain };
}
