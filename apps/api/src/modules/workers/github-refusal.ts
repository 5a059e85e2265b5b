import type { ProvisioningErrorCode } from "@pulsekeep/contracts/api/workers";
import { GitHubError } from "./github-error.js";

export type GitHubAnswer = { status: number; headers: Headers; body: unknown };

/** GitHub asks to wait "a few minutes" where it names no time. */
const SECONDARY_WAIT_SECONDS = 60;
const LONGEST_WAIT_SECONDS = 24 * 3_600;

type Refusal = { code: ProvisioningErrorCode; facts?: Record<string, string> };
type Sign = (answer: GitHubAnswer & { message: string; now: Date }) => Refusal | undefined;

/** From the most to the least precise; the first that knows the answer names it. */
const SIGNS: readonly Sign[] = [
  ({ status }) => (status === 401 ? { code: "github_token_refused" } : undefined),
  ({ status }) => (status >= 500 ? { code: "github_unavailable" } : undefined),
  readSsoRequired,
  readPrimaryLimit,
  readSecondaryLimit,
  ({ message }) =>
    /OAuth App access restrictions|organization (?:policy|policies)/i.test(message)
      ? { code: "organization_policy", facts: readOrganization(message) }
      : undefined,
  ({ message }) =>
    /actions (?:has|have|is|are)(?: been| currently| not)* (?:disabled|enabled)/i.test(message)
      ? { code: "actions_disabled" }
      : undefined,
  ({ status }) => (status === 403 ? { code: "github_forbidden" } : undefined),
];

/**
 * Names what a refusal of GitHub's REST API means for the person who waits.
 * Source: GitHub docs, "Rate limits for the REST API", "Troubleshooting the REST API", "Authenticating with SAML
 * single sign-on".
 */
export function toGitHubError(answer: GitHubAnswer, now: Date): GitHubError {
  const message = messageOf(answer.body);
  const refusal = SIGNS.map((sign) => sign({ ...answer, message, now })).find((found) => found !== undefined);
  return new GitHubError(refusal?.code ?? "github_unexpected", {
    status: answer.status,
    detail: message,
    ...(refusal?.facts ? { facts: refusal.facts } : {}),
  });
}

/** Whether it says that the limit will pass within `seconds`; how many to wait, then. */
export function findShortWait({ status, headers }: GitHubAnswer, seconds: number): number | undefined {
  if (status !== 403 && status !== 429) return undefined;
  const asked = readSeconds(headers.get("retry-after"));
  return asked !== undefined && asked <= seconds ? asked : undefined;
}

// The header's address carries a request for authorisation of this very token: only the name is taken from it.
function readSsoRequired({ status, headers }: GitHubAnswer): Refusal | undefined {
  const header = headers.get("x-github-sso");
  if (status !== 403 || !header?.startsWith("required")) return undefined;
  const organization = /\/(?:orgs|enterprises)\/([A-Za-z0-9-]{1,39})\//.exec(header)?.[1];
  return { code: "sso_required", ...(organization ? { facts: { organization } } : {}) };
}

function readPrimaryLimit({ status, headers, now }: GitHubAnswer & { now: Date }): Refusal | undefined {
  if ((status !== 403 && status !== 429) || headers.get("x-ratelimit-remaining") !== "0") return undefined;
  const resetSeconds = readSeconds(headers.get("x-ratelimit-reset"));
  const untilSeconds = resetSeconds === undefined ? undefined : resetSeconds - now.getTime() / 1_000;
  return { code: "github_rate_limited", facts: retryAfter(untilSeconds, now) };
}

function readSecondaryLimit({
  status,
  headers,
  message,
  now,
}: GitHubAnswer & { message: string; now: Date }): Refusal | undefined {
  const asked = readSeconds(headers.get("retry-after"));
  if (status !== 429 && !(status === 403 && (asked !== undefined || /rate limit/i.test(message))))
    return undefined;
  return { code: "github_secondary_limited", facts: retryAfter(asked ?? SECONDARY_WAIT_SECONDS, now) };
}

function retryAfter(seconds: number | undefined, now: Date): Record<string, string> {
  if (seconds === undefined || !(seconds >= 0 && seconds <= LONGEST_WAIT_SECONDS)) return {};
  return { retryAt: new Date(now.getTime() + Math.ceil(seconds) * 1_000).toISOString() };
}

function readOrganization(message: string): Record<string, string> {
  const organization = /`([A-Za-z0-9-]{1,39})` organization/.exec(message)?.[1];
  return organization ? { organization } : {};
}

const readSeconds = (text: string | null): number | undefined =>
  text !== null && /^\d{1,12}$/.test(text) ? Number(text) : undefined;

function messageOf(body: unknown): string {
  const message = (body as { message?: unknown } | null)?.message;
  return typeof message === "string" ? message.slice(0, 500) : "";
}
