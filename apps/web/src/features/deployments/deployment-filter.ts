import type { DeploymentFilter } from "../../api/queries";
import type { VerdictState } from "../../api/types";

export const VERDICT_STATES: readonly VerdictState[] = [
  "collecting",
  "ok",
  "warning",
  "rollback_recommended",
  "inconclusive",
];

type SearchParams = Record<string, string | string[] | undefined>;

/** The filter that an address asks for; unknown values ask for nothing. */
export function parseDeploymentFilter(search: SearchParams): DeploymentFilter {
  const text = (name: string) => {
    const value = search[name];
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  return {
    projectId: text("project"),
    environment: text("environment"),
    verdict: VERDICT_STATES.find((it) => it === text("verdict")),
  };
}

/** The query of an address that asks for this filter. */
export function writeDeploymentFilter({ projectId, environment, verdict }: DeploymentFilter): string {
  const named = { project: projectId, environment, verdict };
  const asked = Object.entries(named).filter((it): it is [string, string] => Boolean(it[1]));
  return new URLSearchParams(asked).toString();
}
