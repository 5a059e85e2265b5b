import type { StandInContext } from "../context.js";
import { parseScopes } from "../http/scopes.js";
import type { OAuthAppOptions } from "../options.js";
import { isAllowedRedirect } from "./redirect-uri.js";

/** The parameters of `/login/oauth/authorize`, as far as they are understood. */
export interface AuthorizeRequest {
  readonly app: OAuthAppOptions;
  /** As sent; null when the app relies on its registered callback. */
  readonly redirectUri: string | null;
  /** Undefined when the parameter is missing: then an earlier consent decides. */
  readonly scopes: readonly string[] | undefined;
  readonly state: string | undefined;
  readonly codeChallenge: string | null;
  readonly prompt: string | undefined;
  readonly loginHint: string | undefined;
}

export type ParsedAuthorize =
  | { readonly kind: "ok"; readonly request: AuthorizeRequest }
  | { readonly kind: "unknown_app" }
  /** Where to send the browser instead, with the error in the query. */
  | { readonly kind: "refused"; readonly location: string };

type Query = Readonly<Record<string, string | undefined>>;

/** https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps#1-request-a-users-github-identity */
export function parseAuthorizeRequest(context: StandInContext, query: Query): ParsedAuthorize {
  const app = context.apps.find(({ clientId }) => clientId === query["client_id"]);
  if (!app) return { kind: "unknown_app" };
  const registered = app.callbackUrls[0] ?? "";
  const redirectUri = query["redirect_uri"] || null;
  const state = query["state"];
  if (redirectUri !== null && !isAllowedRedirect(redirectUri, app.callbackUrls)) {
    const location = withError(registered, {
      error: "redirect_uri_mismatch",
      description: "The redirect_uri MUST match the registered callback URL for this application.",
      state,
    });
    return { kind: "refused", location };
  }
  const codeChallenge = query["code_challenge"] || null;
  if (codeChallenge !== null && query["code_challenge_method"] !== "S256") {
    const location = withError(redirectUri ?? registered, {
      error: "invalid_request",
      description: "The code_challenge_method must be S256.",
      state,
    });
    return { kind: "refused", location };
  }
  const scope = query["scope"];
  const request: AuthorizeRequest = {
    app,
    redirectUri,
    scopes: scope === undefined ? undefined : parseScopes(scope),
    state,
    codeChallenge,
    prompt: query["prompt"],
    loginHint: query["login"],
  };
  return { kind: "ok", request };
}

export function callbackOf(request: AuthorizeRequest): string {
  return request.redirectUri ?? request.app.callbackUrls[0] ?? "";
}

/** https://docs.github.com/en/apps/oauth-apps/maintaining-oauth-apps/troubleshooting-authorization-request-errors */
export function withError(
  callback: string,
  { error, description, state }: { error: string; description: string; state: string | undefined },
): string {
  const url = new URL(callback);
  url.searchParams.set("error", error);
  url.searchParams.set("error_description", description);
  url.searchParams.set(
    "error_uri",
    "https://docs.github.com/apps/oauth-apps/maintaining-oauth-apps/troubleshooting-authorization-request-errors",
  );
  if (state !== undefined) url.searchParams.set("state", state);
  return url.toString();
}
