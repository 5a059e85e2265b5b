import { GitHubError } from "../http/github-error.js";

type Facts = {
  readonly retryAfterSeconds?: number;
  readonly organization?: string;
  /** Milliseconds since 1970. */
  readonly now: number;
};

/**
 * Refusals of GitHub that come before any effect, with the words, the status and the headers of the real ones.
 * Adding one: a row here.
 */
const REFUSALS = {
  // https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits
  secondary_rate_limit: ({ retryAfterSeconds = 60 }) =>
    new GitHubError(
      403,
      "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
      {
        documentationPath:
          "free-pro-team@latest/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits",
        headers: { "retry-after": String(retryAfterSeconds) },
      },
    ),
  // https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit
  primary_rate_limit: ({ retryAfterSeconds = 60, now }) =>
    new GitHubError(403, "API rate limit exceeded for user ID 1.", {
      documentationPath: "rest/overview/rate-limits-for-the-rest-api",
      headers: {
        "x-ratelimit-limit": "5000",
        "x-ratelimit-remaining": "0",
        "x-ratelimit-used": "5000",
        "x-ratelimit-reset": String(Math.ceil(now / 1_000) + retryAfterSeconds),
      },
    }),
  // https://docs.github.com/en/organizations/managing-oauth-access-to-your-organizations-data
  organization_policy: ({ organization = "octo-org" }) =>
    new GitHubError(
      403,
      `Although you appear to have the correct authorization credentials, the \`${organization}\` organization has enabled OAuth App access restrictions, meaning that data access to third-parties is limited. For more information on these restrictions, including how to enable this app, visit https://docs.github.com/articles/restricting-access-to-your-organization-s-data/`,
    ),
  // https://docs.github.com/en/rest/authentication/authenticating-to-the-rest-api#authenticating-with-saml-sso
  sso_required: ({ organization = "octo-org" }) =>
    new GitHubError(
      403,
      "Resource protected by organization SAML enforcement. You must grant your OAuth token access to this organization.",
      {
        headers: {
          "x-github-sso": `required; url=https://github.com/orgs/${organization}/sso?authorization_request=AAAAAAAAAAAAAAAAAAAAAAAAAAAA`,
        },
      },
    ),
  repository_creation_forbidden: () =>
    new GitHubError(
      422,
      "Visibility can't be private. Please upgrade your subscription to create a new private repository.",
    ),
  actions_disabled: () => new GitHubError(422, "Actions has been disabled for this user."),
} satisfies Record<string, (facts: Facts) => GitHubError>;

export type RefusalKind = keyof typeof REFUSALS;

export const isRefusalKind = (kind: string): kind is RefusalKind => Object.hasOwn(REFUSALS, kind);

export const refusalOf = (kind: RefusalKind, facts: Facts): GitHubError => REFUSALS[kind](facts);
