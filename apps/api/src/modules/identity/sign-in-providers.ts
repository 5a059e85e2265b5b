import type { GenericOAuthConfig } from "better-auth/plugins";
import type { Env } from "../../env.js";
import type { Logger } from "../../platform/logger.js";
import { readGitHubProfile } from "./github-profile.js";

type Provider = {
  id: "github" | "google" | "apple";
  find: (env: Env, logger: Logger) => GenericOAuthConfig | undefined;
};

/** Ways to sign in with somebody else's account, each offered when its credentials are set. Adding one: a row. */
const PROVIDERS: readonly Provider[] = [
  {
    id: "github",
    find: (env, logger) =>
      env.GITHUB_CLIENT_ID === undefined
        ? undefined
        : {
            providerId: "github",
            clientId: env.GITHUB_CLIENT_ID,
            clientSecret: env.GITHUB_CLIENT_SECRET,
            authorizationUrl: `${env.GITHUB_URL}/login/oauth/authorize`,
            tokenUrl: `${env.GITHUB_URL}/login/oauth/access_token`,
            scopes: ["read:user", "user:email"],
            pkce: true,
            getUserInfo: (tokens) => readGitHubProfile(env, tokens.accessToken, logger),
          },
  },
  {
    id: "google",
    find: (env) =>
      env.GOOGLE_CLIENT_ID === undefined
        ? undefined
        : {
            providerId: "google",
            clientId: env.GOOGLE_CLIENT_ID,
            clientSecret: env.GOOGLE_CLIENT_SECRET,
            discoveryUrl: `${env.GOOGLE_ISSUER}/.well-known/openid-configuration`,
            requireIdTokenVerification: true,
            scopes: ["openid", "email", "profile"],
            pkce: true,
          },
  },
  {
    id: "apple",
    find: (env) =>
      env.APPLE_CLIENT_ID === undefined
        ? undefined
        : {
            providerId: "apple",
            clientId: env.APPLE_CLIENT_ID,
            clientSecret: env.APPLE_CLIENT_SECRET,
            discoveryUrl: `${env.APPLE_ISSUER}/.well-known/openid-configuration`,
            requireIdTokenVerification: true,
            responseMode: "form_post",
            scopes: ["name", "email"],
          },
  },
];

export function listSignInProviders(
  env: Env,
  logger: Logger,
): { id: Provider["id"]; config: GenericOAuthConfig }[] {
  return PROVIDERS.flatMap(({ id, find }) => {
    const config = find(env, logger);
    return config ? [{ id, config }] : [];
  });
}
