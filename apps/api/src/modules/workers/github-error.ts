/** Why a step at GitHub failed. The web app has a text and a way out for each. */
export type GitHubErrorCode =
  | "consent_refused"
  | "consent_expired"
  | "consent_scope_missing"
  | "github_unavailable"
  | "github_rate_limited"
  | "github_token_refused"
  | "github_forbidden"
  | "github_unexpected"
  | "repository_name_taken"
  | "repository_not_private"
  | "workflow_not_registered";

/** An answer of GitHub that a step cannot go on with. Never carries a request: that would hold the token. */
export class GitHubError extends Error {
  readonly status: number | undefined;

  constructor(
    readonly code: GitHubErrorCode,
    options: { status?: number; detail?: string; cause?: unknown } = {},
  ) {
    super(options.detail ?? code, { cause: options.cause });
    this.status = options.status;
  }
}
