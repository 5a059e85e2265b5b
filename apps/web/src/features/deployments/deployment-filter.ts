import type { DeploymentFilter, Period } from "../../api/queries";
import type { Deployment, VerdictState } from "../../api/types";

export const VERDICT_STATES: readonly VerdictState[] = [
  "collecting",
  "ok",
  "warning",
  "rollback_recommended",
  "inconclusive",
];
export const DEPLOYMENT_STATES: readonly Deployment["state"][] = [
  "running",
  "observing",
  "analyzed",
  "abandoned",
  "superseded",
];
export const PERIODS: readonly Period[] = ["day", "week", "month"];

const MAX_SEARCH = 100;

type SearchParams = Record<string, string | string[] | undefined>;

/** The filter that an address asks for; unknown values ask for nothing. */
export function parseDeploymentFilter(search: SearchParams): DeploymentFilter {
  const text = (name: string) => {
    const value = search[name];
    return typeof value === "string" && value.trim() !== "" ? value : undefined;
  };
  return {
    projectId: text("project"),
    environment: text("environment"),
    service: text("service"),
    state: DEPLOYMENT_STATES.find((it) => it === text("state")),
    verdict: VERDICT_STATES.find((it) => it === text("verdict")),
    period: PERIODS.find((it) => it === text("period")),
    search: text("q")?.slice(0, MAX_SEARCH),
  };
}

/** The query of an address that asks for this filter. */
export function writeDeploymentFilter({ projectId, search, ...rest }: DeploymentFilter): string {
  const named = { project: projectId, ...rest, q: search };
  const asked = Object.entries(named).filter((it): it is [string, string] => Boolean(it[1]));
  return new URLSearchParams(asked).toString();
}
