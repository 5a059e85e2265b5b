/**
 * Sensitive actions that leave an audit entry. Run history is not here: the ledger of runs is its own record.
 * Adding one: a row here and its text in the web app's messages (`audit.action`).
 */
export const AUDIT_ACTIONS = [
  "account.created",
  "account.signed_in",
  "account.signed_out",
  "account.updated",
  "consent.started",
  "consent.granted",
  "consent.refused",
  "consent.token_revoked",
  "consent.token_revocation_failed",
  "worker.created",
  "worker.verified",
  "worker.failed",
  "worker.removed",
  "pulse.created",
  "pulse.updated",
  "pulse.deleted",
  "run.cancelled",
  "project.created",
  "project.updated",
  "project.deleted",
  "api_key.created",
  "api_key.rotated",
  "hmac.enabled",
  "hmac.rotated",
  "hmac.disabled",
  "endpoint.candidate_set",
  "endpoint.activated",
  "endpoint.test_failed",
  "dead_letter.replay_requested",
] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];
