import { describe, expect, it } from "vitest";
import { failureOf } from "./github-failure.js";

const answer = (status: number, message = "", headers: Record<string, string> = {}) => ({
  status,
  headers: new Headers(headers),
  body: { message },
});

describe("a refusal of GitHub", () => {
  it.each([
    [answer(401, "Bad credentials"), "github_token_refused"],
    [answer(403, "Resource protected by organization SAML enforcement."), "sso_required"],
    [answer(403, "", { "x-github-sso": "required; url=https://a.example" }), "sso_required"],
    [answer(403, "API rate limit exceeded", { "x-ratelimit-remaining": "0" }), "github_rate_limited"],
    [answer(403, "You have exceeded a secondary rate limit."), "github_secondary_limited"],
    [answer(403, "", { "retry-after": "60" }), "github_secondary_limited"],
    [answer(429), "github_secondary_limited"],
    [
      answer(403, "the `octo-org` organization has enabled OAuth App access restrictions"),
      "organization_policy",
    ],
    [answer(422, "Actions has been disabled for this user."), "actions_disabled"],
    [answer(403, "Resource not accessible by personal access token"), "github_forbidden"],
    [answer(404, "Not Found"), "github_forbidden"],
    [answer(502), "github_unavailable"],
    [answer(418), "github_unexpected"],
  ])("%j is told as %s, with what to do", (refusal, reason) => {
    const failure = failureOf(refusal);
    expect(failure).toMatchObject({ reason, code: reason, exitCode: 1 });
    expect(failure.hint).toMatch(/\.$/);
  });
});
