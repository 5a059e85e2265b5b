import type { RunnerFacts } from "@pulsekeep/contracts/worker-protocol";
import { REPOSITORY } from "./repository-name.js";

/** Facts about the runner for the user's page; nothing that the server has to believe. */
export function readRunnerFacts(env: Readonly<Record<string, string | undefined>>): RunnerFacts {
  const match = (name: string, pattern: RegExp) => {
    const value = env[name];
    return value !== undefined && pattern.test(value) ? value : null;
  };
  const attempt = match("GITHUB_RUN_ATTEMPT", /^[1-9]\d{0,5}$/);
  return {
    kind: env["GITHUB_ACTIONS"] === "true" ? "actions" : "resident",
    repository: match("GITHUB_REPOSITORY", REPOSITORY),
    runId: match("GITHUB_RUN_ID", /^\d{1,20}$/),
    runAttempt: attempt === null ? null : Number(attempt),
    wokenBy: match("GITHUB_EVENT_NAME", /^[a-z_]{1,40}$/),
    workflowSha: match("GITHUB_WORKFLOW_SHA", /^[0-9a-f]{40}$/),
    os: `${process.platform} ${process.arch}`,
    nodeVersion: process.version,
  };
}
