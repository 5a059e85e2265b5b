import type { ProvisioningErrorCode } from "@pulsekeep/contracts/api/workers";
import { CliFailure } from "../command-line/cli-failure.js";

/** What GitHub would not do, with the code that the server's page has a text for. */
export class GitHubFailure extends CliFailure {
  constructor(
    readonly reason: ProvisioningErrorCode,
    message: string,
    hint: string,
  ) {
    super(reason, message, { hint });
  }
}

const AGAIN = "Run the same command again with a new code: what exists already is found, not made twice.";

/** The failure that fits GitHub's answer to a call that had to succeed. */
export function failureOf(status: number, message: string): GitHubFailure {
  if (status === 401) {
    return new GitHubFailure(
      "github_token_refused",
      "GitHub refuses the token.",
      `It has expired or was revoked. "gh auth refresh" gets another.`,
    );
  }
  if (/secondary rate limit/i.test(message)) {
    return new GitHubFailure(
      "github_secondary_limited",
      "GitHub asks to go slower.",
      `Wait a few minutes. ${AGAIN}`,
    );
  }
  if (status === 429 || /rate limit/i.test(message)) {
    return new GitHubFailure(
      "github_rate_limited",
      "GitHub's rate limit is used up.",
      `It is filled again within an hour. ${AGAIN}`,
    );
  }
  if (/SAML|single sign-on/i.test(message)) {
    return new GitHubFailure(
      "sso_required",
      "The organisation wants single sign-on for this token.",
      "Authorise the token for it on GitHub, or use your own account.",
    );
  }
  if (status === 403 || status === 404) {
    return new GitHubFailure(
      "github_forbidden",
      `GitHub answered ${status}: the token may not do that.`,
      `It needs the scopes repo and workflow ("gh auth refresh --scopes repo,workflow"), or as a fine-grained token: Administration, Contents, Workflows, Actions and Secrets, each with write access.`,
    );
  }
  if (status >= 500) {
    return new GitHubFailure("github_unavailable", `GitHub answered ${status}.`, AGAIN);
  }
  return new GitHubFailure("github_unexpected", `GitHub answered ${status}, which was not expected.`, AGAIN);
}

/** GitHub gave no answer at all. */
export function unreachable(): GitHubFailure {
  return new GitHubFailure(
    "github_unavailable",
    "GitHub cannot be reached.",
    `Check your connection. ${AGAIN}`,
  );
}
