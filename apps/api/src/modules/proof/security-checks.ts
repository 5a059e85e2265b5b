import type { ProofCheck } from "@pulsekeep/contracts/api/proof";

const VERIFIER = "verify-proof.mjs";

/** Where the checks are made: this server, GitHub's API, and what they are about. */
export type CheckPlaces = {
  origin: string;
  githubApiUrl: string;
  repository?: string | null;
  link?: string | null;
};

/**
 * Commands by which anybody checks for themselves what we say, for a POSIX shell with curl and Node. They are text
 * for pasting, so whatever goes into them from outside is quoted.
 */
export function listChecks({ origin, githubApiUrl, repository, link }: CheckPlaces): ProofCheck[] {
  const fetchVerifier = `curl -fsS ${quote(`${origin}/api/v1/security/${VERIFIER}`)} -o ${VERIFIER}`;
  const checks: ProofCheck[] = [
    {
      id: "log",
      command: `${fetchVerifier} && node ${VERIFIER} ${quote(origin)}`,
      shows: null,
    },
    {
      id: "proof_refused",
      command: `curl -sS -o /dev/null -w '%{http_code}\\n' -X POST -H 'content-type: application/json' -d '{}' ${quote(`${origin}/v1/worker/hello`)}`,
      shows: "401",
    },
  ];
  if (repository)
    checks.push({
      id: "worker_file",
      command: `curl -fsS -H "Authorization: Bearer $(gh auth token)" -H 'Accept: application/vnd.github.raw' ${quote(`${githubApiUrl}/repos/${repository}/contents/worker.mjs`)} | sha256sum | cut -c1-64`,
      shows: null,
    });
  if (link)
    checks.push(
      {
        id: "shared",
        command: `${fetchVerifier} && node ${VERIFIER} ${quote(origin)} ${quote(link)}`,
        shows: null,
      },
      {
        id: "not_indexed",
        command: `curl -sSI ${quote(link)} | grep -i '^x-robots-tag'`,
        shows: "x-robots-tag: noindex, nofollow",
      },
    );
  return checks;
}

const quote = (text: string): string =>
  /^[A-Za-z0-9:/._-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
