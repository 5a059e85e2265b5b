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

interface Refusal {
  status: number;
  headers: Headers;
  message: string;
}

interface Row {
  reason: ProvisioningErrorCode;
  fits: (refusal: Refusal) => boolean;
  message: (refusal: Refusal) => string;
  hint: string;
}

/** From the most to the least precise; the first that fits says what it means. */
const ROWS: readonly Row[] = [
  {
    reason: "github_token_refused",
    fits: ({ status }) => status === 401,
    message: () => "GitHub refuses the token.",
    hint: `It has expired or was revoked. "gh auth login" gets another.`,
  },
  {
    reason: "sso_required",
    fits: ({ status, headers, message }) =>
      status === 403 && (headers.get("x-github-sso") !== null || /SAML/.test(message)),
    message: () => "The organisation wants single sign-on for this token.",
    hint: "Authorise the token for it in your settings on GitHub, or use your own account.",
  },
  {
    reason: "github_rate_limited",
    fits: ({ status, headers }) => isLimit(status) && headers.get("x-ratelimit-remaining") === "0",
    message: () => "GitHub's rate limit is used up.",
    hint: `It is filled again within an hour. ${AGAIN}`,
  },
  {
    reason: "github_secondary_limited",
    fits: ({ status, headers, message }) =>
      status === 429 ||
      (status === 403 && (headers.get("retry-after") !== null || /rate limit/i.test(message))),
    message: () => "GitHub asks to go slower.",
    hint: `Wait a few minutes. ${AGAIN}`,
  },
  {
    reason: "organization_policy",
    fits: ({ message }) => /OAuth App access restrictions|organization (?:policy|policies)/i.test(message),
    message: () => "An organisation's policy forbids it to this token.",
    hint: "Use a token of your own account that the organisation allows, or ask its owner.",
  },
  {
    reason: "actions_disabled",
    fits: ({ message }) =>
      /actions (?:has|have|is|are)(?: been| currently| not)* (?:disabled|enabled)/i.test(message),
    message: () => "GitHub Actions is switched off for this account or repository.",
    hint: "Switch it on under Settings > Actions, or set up a worker on this machine with --resident.",
  },
  {
    reason: "github_forbidden",
    fits: ({ status }) => status === 403 || status === 404,
    message: ({ status }) => `GitHub answered ${status}: the token may not do that.`,
    hint: `It needs the scopes repo and workflow ("gh auth refresh --scopes repo,workflow"), or as a fine-grained token: Administration, Contents, Workflows, Actions and Secrets, read and write.`,
  },
  {
    reason: "github_unavailable",
    fits: ({ status }) => status >= 500,
    message: ({ status }) => `GitHub answered ${status}.`,
    hint: AGAIN,
  },
  {
    reason: "github_unexpected",
    fits: () => true,
    message: ({ status }) => `GitHub answered ${status}, which was not expected.`,
    hint: AGAIN,
  },
];

/** The failure that fits an answer which had to be a success. Source: GitHub docs, "Troubleshooting the REST API". */
export function failureOf(answer: { status: number; headers: Headers; body: unknown }): GitHubFailure {
  const { status, headers } = answer;
  const refusal = { status, headers, message: messageOf(answer.body) };
  const row = ROWS.find(({ fits }) => fits(refusal));
  if (row === undefined) throw new Error("the last row fits everything");
  return new GitHubFailure(row.reason, row.message(refusal), row.hint);
}

/** GitHub gave no answer at all. */
export function unreachable(): GitHubFailure {
  return new GitHubFailure(
    "github_unavailable",
    "GitHub cannot be reached.",
    `Check your connection. ${AGAIN}`,
  );
}

const isLimit = (status: number): boolean => status === 403 || status === 429;

function messageOf(body: unknown): string {
  const message = (body as { message?: unknown } | null)?.message;
  return typeof message === "string" ? message : "";
}
