import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findShortWait, type GitHubAnswer, toGitHubError } from "./github-refusal.js";

const NOW = new Date("2026-11-22T10:00:00.000Z");
const NOW_SECONDS = NOW.getTime() / 1_000;

const answer = (status: number, message: string, headers: Record<string, string> = {}): GitHubAnswer => ({
  status,
  headers: new Headers(headers),
  body: { message },
});

const read = (given: GitHubAnswer) => {
  const { code, facts } = toGitHubError(given, NOW);
  return { code, facts };
};

describe("a refusal of GitHub", () => {
  it.each<[string, GitHubAnswer, { code: string; facts: Record<string, string> }]>([
    ["bad credentials", answer(401, "Bad credentials"), { code: "github_token_refused", facts: {} }],
    ["a server error", answer(502, "Server Error"), { code: "github_unavailable", facts: {} }],
    [
      "the primary limit, with when it ends",
      answer(403, "API rate limit exceeded for user ID 1.", {
        "x-ratelimit-remaining": "0",
        "x-ratelimit-reset": String(NOW_SECONDS + 1_200),
      }),
      { code: "github_rate_limited", facts: { retryAt: "2026-11-22T10:20:00.000Z" } },
    ],
    [
      "the primary limit without a time that makes sense",
      answer(429, "API rate limit exceeded", {
        "x-ratelimit-remaining": "0",
        "x-ratelimit-reset": "soon",
      }),
      { code: "github_rate_limited", facts: {} },
    ],
    [
      "a secondary limit with a time",
      answer(403, "You have exceeded a secondary rate limit.", { "retry-after": "90" }),
      { code: "github_secondary_limited", facts: { retryAt: "2026-11-22T10:01:30.000Z" } },
    ],
    [
      "a secondary limit without one, which is a minute",
      answer(403, "You have exceeded a secondary rate limit."),
      { code: "github_secondary_limited", facts: { retryAt: "2026-11-22T10:01:00.000Z" } },
    ],
    [
      "single sign-on, of which only the organisation is kept",
      answer(403, "Resource protected by organization SAML enforcement.", {
        "x-github-sso": "required; url=https://github.com/orgs/octo-org/sso?authorization_request=AZSCKtL",
      }),
      { code: "sso_required", facts: { organization: "octo-org" } },
    ],
    [
      "an organisation's policy for OAuth apps",
      answer(
        403,
        "Although you appear to have the correct authorization credentials, the `octo-org` organization has enabled OAuth App access restrictions",
      ),
      { code: "organization_policy", facts: { organization: "octo-org" } },
    ],
    [
      "Actions that are disabled",
      answer(422, "Actions has been disabled for this user."),
      { code: "actions_disabled", facts: {} },
    ],
    ["any other 403", answer(403, "Must have admin rights"), { code: "github_forbidden", facts: {} }],
    ["what nobody knows", answer(418, "teapot"), { code: "github_unexpected", facts: {} }],
  ])("is told apart: %s", (_, given, expected) => {
    expect(read(given)).toEqual(expected);
  });

  it("is always named, carries no time further than a day, and nothing of a hostile header", () => {
    const text = fc.oneof(
      fc.string(),
      fc.constantFrom("0", "99999999999", "-5", "1e9", "required; url=https://evil.test/orgs/a/b?x=y"),
    );
    const header = fc.constantFrom(
      "retry-after",
      "x-ratelimit-remaining",
      "x-ratelimit-reset",
      "x-github-sso",
    );
    const isHeaderText = (value: string) => /^[\x20-\x7e]*$/.test(value);
    fc.assert(
      fc.property(
        fc.integer({ min: 300, max: 599 }),
        text,
        fc.dictionary(header, text.filter(isHeaderText)),
        (status, message, headers) => {
          const { code, facts } = read(answer(status, message, headers));
          expect(code).toMatch(/^[a-z_]+$/);
          const { retryAt, organization, ...others } = facts;
          expect(others).toEqual({});
          if (organization !== undefined) expect(organization).toMatch(/^[A-Za-z0-9-]{1,39}$/);
          if (retryAt !== undefined)
            expect(Date.parse(retryAt) - NOW.getTime()).toBeLessThanOrEqual(24 * 3_600_000);
        },
      ),
    );
  });
});

describe("a short wait", () => {
  it("is worth it for a limit that says when it ends, and not for a long one or another answer", () => {
    expect(findShortWait(answer(403, "", { "retry-after": "3" }), 10)).toBe(3);
    expect(findShortWait(answer(429, "", { "retry-after": "11" }), 10)).toBeUndefined();
    expect(findShortWait(answer(403, ""), 10)).toBeUndefined();
    expect(findShortWait(answer(500, "", { "retry-after": "3" }), 10)).toBeUndefined();
  });
});
