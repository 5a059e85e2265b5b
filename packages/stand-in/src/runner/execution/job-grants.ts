import type { JobPermissions, OidcRequest, RunnerHost } from "../runner-host.js";
import { DEFAULT_PERMISSIONS } from "../workflow/parse-settings.js";
import type { TextMap } from "../workflow/workflow.js";
import type { JobAssignment } from "./job-assignment.js";
import { describeOidc, type RunFacts } from "./job-facts.js";

export interface JobGrants {
  readonly permissions: JobPermissions;
  readonly tokenPlain: string;
  readonly secrets: TextMap;
  readonly oidcVariables: TextMap;
  readonly release: () => Promise<void>;
}

/**
 * The job's token and OIDC request, which end with the job.
 * https://docs.github.com/en/actions/concepts/security/github_token
 */
export async function openGrants(
  { facts, workflow, job }: JobAssignment,
  host: RunnerHost,
): Promise<JobGrants> {
  const permissions = job.permissions ?? workflow.permissions ?? DEFAULT_PERMISSIONS;
  const { repository, runId } = facts;
  const secrets = await host.listSecrets(repository);
  const { tokenPlain } = await host.mintJobToken({ repository, runId, permissions });
  const oidc = await openOidc(permissions, facts, host).catch(async (error: unknown) => {
    await host.revokeJobToken(tokenPlain);
    throw error;
  });
  return {
    permissions,
    tokenPlain,
    secrets: { ...secrets, GITHUB_TOKEN: tokenPlain },
    oidcVariables: oidc === undefined ? {} : describeRequest(oidc),
    release: async () => {
      await host.revokeJobToken(tokenPlain);
      if (oidc !== undefined) await host.closeOidcRequest(oidc.requestTokenPlain);
    },
  };
}

/** https://docs.github.com/en/actions/reference/security/oidc#methods-for-requesting-the-oidc-token */
async function openOidc(permissions: JobPermissions, facts: RunFacts, host: RunnerHost) {
  return permissions["id-token"] === "write" ? host.openOidcRequest(describeOidc(facts)) : undefined;
}

function describeRequest({ requestUrl, requestTokenPlain }: OidcRequest): TextMap {
  return {
    ACTIONS_ID_TOKEN_REQUEST_URL: requestUrl,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: requestTokenPlain,
  };
}
