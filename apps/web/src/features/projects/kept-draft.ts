import { DRAFT_FIELDS, EMPTY_DRAFT, type ProjectDraft } from "./project-draft";

const NAME = "pulsekeep.project.draft";

/**
 * What this tab kept of an account's draft; the empty one where there is nothing, no storage, or something that is
 * not ours.
 */
export function readDraft(accountId: string): ProjectDraft {
  try {
    const kept = JSON.parse(sessionStorage.getItem(NAME) ?? "null") as unknown;
    if (typeof kept !== "object" || kept === null) return EMPTY_DRAFT;
    const { accountId: whose, draft } = kept as { accountId?: unknown; draft?: unknown };
    return whose === accountId && isDraft(draft) ? draft : EMPTY_DRAFT;
  } catch {
    return EMPTY_DRAFT;
  }
}

/** Keeps it until the tab is closed. An address that may carry a secret stays out: it has to be typed again. */
export function keepDraft(accountId: string, draft: ProjectDraft): void {
  const metricsEndpoint = mayCarrySecret(draft.metricsEndpoint) ? "" : draft.metricsEndpoint;
  try {
    sessionStorage.setItem(NAME, JSON.stringify({ accountId, draft: { ...draft, metricsEndpoint } }));
  } catch {
    // Full or forbidden storage: what was typed lives as long as the page.
  }
}

export function forgetDraft(): void {
  try {
    sessionStorage.removeItem(NAME);
  } catch {
    // Nothing was kept either.
  }
}

/** Whether a name, a password or a query stands in it. */
const mayCarrySecret = (address: string): boolean => /[@?#]/.test(address);

function isDraft(value: unknown): value is ProjectDraft {
  if (typeof value !== "object" || value === null) return false;
  const kept = value as Record<string, unknown>;
  return DRAFT_FIELDS.every((field) => typeof kept[field] === typeof EMPTY_DRAFT[field]);
}
