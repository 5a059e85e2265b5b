/**
 * OAuth scopes and what they include.
 * https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/scopes-for-oauth-apps
 */
const INCLUDES: Readonly<Record<string, readonly string[]>> = {
  repo: ["repo:status", "repo_deployment", "public_repo", "repo:invite", "security_events"],
  user: ["read:user", "user:email", "user:follow"],
  "admin:org": ["write:org", "read:org"],
  "write:org": ["read:org"],
  "admin:repo_hook": ["write:repo_hook", "read:repo_hook"],
  "write:repo_hook": ["read:repo_hook"],
  workflow: [],
  delete_repo: [],
  gist: [],
  notifications: [],
};

export const SCOPE_LABELS: Readonly<Record<string, string>> = {
  repo: "Full control of private repositories",
  public_repo: "Access public repositories",
  workflow: "Update GitHub Action workflows",
  user: "Update all user data",
  "read:user": "Read all user profile data",
  "user:email": "Access user email addresses (read-only)",
  delete_repo: "Delete repositories",
};

const KNOWN = new Set([...Object.keys(INCLUDES), ...Object.values(INCLUDES).flat()]);

/** Known scopes, sorted, without those that another one includes (GitHub's "normalized scopes"). */
export function normalizeScopes(requested: readonly string[]): string[] {
  const known = [...new Set(requested)].filter((scope) => KNOWN.has(scope));
  return known.filter((scope) => !known.some((other) => INCLUDES[other]?.includes(scope))).sort();
}

export function parseScopes(parameter: string): string[] {
  return normalizeScopes(parameter.split(/[\s,+]+/));
}

export function hasScope(granted: readonly string[], wanted: string): boolean {
  return granted.some((scope) => scope === wanted || INCLUDES[scope]?.includes(wanted));
}
