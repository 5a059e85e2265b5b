import type { Provisioning, ProvisioningStep } from "../../api/types";

type Place = "repository" | "app" | "sso" | "actions" | "runs" | "status";

/** What a person can do about a step that failed. */
export type WayOut = {
  /** A page of GitHub that helps, by what it is for. */
  open?: { place: Place; url: string };
  /** Ask for another name of the repository. */
  rename?: boolean;
  /** Show the ways that need no consent. */
  otherWays?: boolean;
  /** Trying again before this instant is refused by GitHub. */
  retryAt?: string;
};

type Facts = Pick<Provisioning, "githubUrl" | "revokeUrl" | "repository"> & { step: ProvisioningStep };

const STATUS_PAGE = "https://www.githubstatus.com";

/** One row per code that has more to offer than trying again. */
const WAYS_OUT: Record<string, (facts: Facts) => WayOut> = {
  consent_refused: () => ({ otherWays: true }),
  consent_scope_missing: () => ({ otherWays: true }),
  account_differs: (facts) => open("repository", repositoryUrl(facts)),
  github_rate_limited: waitUntil,
  github_secondary_limited: waitUntil,
  github_unavailable: () => open("status", STATUS_PAGE),
  github_timeout: () => open("status", STATUS_PAGE),
  github_forbidden: () => ({ otherWays: true }),
  organization_policy: ({ revokeUrl }) => open("app", revokeUrl),
  sso_required: ({ githubUrl, step }) => {
    const organization = step.errorFacts["organization"];
    return organization ? open("sso", `${githubUrl}/orgs/${organization}/sso`) : {};
  },
  repository_creation_forbidden: () => ({ otherWays: true }),
  repository_name_taken: (facts) => ({ ...open("repository", repositoryUrl(facts)), rename: true }),
  repository_in_use: () => ({ rename: true }),
  repository_not_private: (facts) => open("repository", repositoryUrl(facts)),
  actions_disabled: (facts) => open("actions", below(repositoryUrl(facts), "settings/actions")),
  workflow_not_registered: (facts) => open("runs", below(repositoryUrl(facts), "actions")),
  worker_did_not_come: (facts) => open("runs", below(repositoryUrl(facts), "actions")),
};

export function findWayOut(facts: Facts): WayOut {
  return WAYS_OUT[facts.step.errorCode ?? ""]?.(facts) ?? {};
}

function waitUntil({ step }: Facts): WayOut {
  const retryAt = step.errorFacts["retryAt"];
  return retryAt ? { retryAt } : {};
}

const open = (place: Place, url: string | undefined): WayOut => (url ? { open: { place, url } } : {});

const below = (url: string | undefined, path: string): string | undefined => url && `${url}/${path}`;

function repositoryUrl({ step, githubUrl, repository }: Facts): string | undefined {
  const named = step.errorFacts["repository"];
  return named ? `${githubUrl}/${named}` : repository?.url;
}
