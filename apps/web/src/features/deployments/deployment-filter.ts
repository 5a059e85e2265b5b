import type { DeploymentFilter, DeploymentMark, DeploymentOrder, Period } from "../../api/queries";
import type { Deployment, DeploymentSort, VerdictState } from "../../api/types";

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

export const MARKS: readonly DeploymentMark[] = ["late", "dryRun", "counted"];
const SORTS: readonly DeploymentSort[] = [
  "started",
  "project",
  "environment",
  "state",
  "verdict",
  "confidence",
  "duration",
];

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
    mark: MARKS.find((it) => it === text("mark")),
    period: PERIODS.find((it) => it === text("period")),
    search: text("q")?.slice(0, MAX_SEARCH),
  };
}

/** The order that an address asks for; without one, newest first. */
export function parseDeploymentOrder(search: SearchParams): DeploymentOrder {
  const sort = SORTS.find((it) => it === search.sort);
  if (sort === undefined) return {};
  const isUp = search.order === "asc";
  // The usual order has no name of its own, so that two addresses of one list are the same.
  return sort === "started" && !isUp ? {} : { sort, order: isUp ? "asc" : "desc" };
}

/** The query of an address that asks for this filter in this order. */
export function writeDeploymentFilter(
  { projectId, search, ...rest }: DeploymentFilter,
  order: DeploymentOrder = {},
): string {
  const named = { project: projectId, ...rest, q: search, ...order };
  const asked = Object.entries(named).filter((it): it is [string, string] => Boolean(it[1]));
  return new URLSearchParams(asked).toString();
}
