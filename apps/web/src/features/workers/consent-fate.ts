import type { Provisioning } from "../../api/types";

export type ConsentFate = "awaited" | "inUse" | "revoked" | "notGiven" | "notProven";

/** Answers of GitHub that came instead of a token: there was none to end. */
const NEVER_GIVEN: readonly string[] = ["consent_refused", "consent_expired"];

/** What became of the consent's token. Whatever is not known for certain is `notProven`, never the kinder word. */
export function getConsentFate({
  state,
  steps,
  tokenRevokedAt,
}: Pick<Provisioning, "state" | "steps" | "tokenRevokedAt">): ConsentFate {
  if (tokenRevokedAt !== null) return "revoked";
  if (state === "awaiting_consent") return "awaited";
  if (state !== "done" && state !== "failed") return "inUse";
  const errorCode = steps.find(({ name }) => name === "consent")?.errorCode ?? "";
  return NEVER_GIVEN.includes(errorCode) ? "notGiven" : "notProven";
}
