import { createHash } from "node:crypto";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { StandInContext } from "../context.js";
import { findAppByBasic, findAppByCredentials } from "./app-credentials.js";

type Fields = Readonly<Record<string, string>>;

interface Refusal {
  readonly error: string;
  readonly error_description: string;
}

/**
 * Exchanges a code for a token. Errors come with status 200, as GitHub sends them.
 * https://docs.github.com/en/apps/oauth-apps/maintaining-oauth-apps/troubleshooting-oauth-app-access-token-request-errors
 */
export function accessTokenRoute(app: FastifyInstance, context: StandInContext): void {
  app.post("/login/oauth/access_token", (request, reply) => {
    const fields = readFields(request.body);
    const exchanged = exchange(context, request, fields);
    const answer =
      "error" in exchanged ? { ...exchanged, error_uri: errorUri(exchanged.error) } : { ...exchanged };
    return send(request, reply, answer);
  });
}

function exchange(
  context: StandInContext,
  request: FastifyRequest,
  fields: Fields,
): Refusal | { access_token: string; token_type: "bearer"; scope: string } {
  const app =
    findAppByBasic(context.apps, request) ??
    findAppByCredentials(context.apps, fields["client_id"], fields["client_secret"]);
  if (!app)
    return {
      error: "incorrect_client_credentials",
      error_description: "The client_id and/or client_secret passed are incorrect.",
    };
  const code = context.store.codes.claim(fields["code"] ?? "");
  if (!code || code.clientId !== app.clientId) return badCode();
  const { redirect_uri: redirectUri } = fields;
  if (redirectUri !== undefined && redirectUri !== (code.redirectUri ?? app.callbackUrls[0]))
    return {
      error: "redirect_uri_mismatch",
      error_description: "The redirect_uri MUST match the registered callback URL for this application.",
    };
  if (code.codeChallenge !== null && s256(fields["code_verifier"] ?? "") !== code.codeChallenge)
    return badCode();
  // The consent may have been revoked since the code was given out.
  if (!context.store.grants.find(code.userId, app.clientId)) return badCode();
  // GitHub tells apps to expect fewer scopes than they asked for.
  const scopes = request.fault?.kind === "scope_reduced" ? (request.fault.scopes ?? []) : code.scopes;
  const { tokenPlain } = context.store.tokens.create({
    kind: "oauth",
    userId: code.userId,
    clientId: app.clientId,
    scopes,
  });
  return { access_token: tokenPlain, token_type: "bearer", scope: scopes.join(",") };
}

function badCode(): Refusal {
  return {
    error: "bad_verification_code",
    error_description: "The code passed is incorrect or expired.",
  };
}

// https://datatracker.ietf.org/doc/html/rfc7636#section-4.6
function s256(codeVerifier: string): string {
  return createHash("sha256").update(codeVerifier, "ascii").digest("base64url");
}

function errorUri(error: string): string {
  return `https://docs.github.com/apps/managing-oauth-apps/troubleshooting-oauth-app-access-token-request-errors/#${error.replaceAll("_", "-")}`;
}

function readFields(body: unknown): Fields {
  if (typeof body !== "object" || body === null) return {};
  return Object.fromEntries(
    Object.entries(body).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}

// GitHub answers a form unless JSON is asked for.
function send(request: FastifyRequest, reply: FastifyReply, answer: Record<string, string>): FastifyReply {
  reply.header("cache-control", "no-store");
  if ((request.headers.accept ?? "").includes("json")) return reply.send(answer);
  return reply
    .type("application/x-www-form-urlencoded; charset=utf-8")
    .send(new URLSearchParams(answer).toString());
}
