import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { type Api, browserApi } from "./client";
import { unwrap } from "./problem";
import type { AuditEntry, Deployment, DeploymentSort, Hint, Run, VerdictState } from "./types";

export type Period = "day" | "week" | "month";
export type DeploymentFilter = {
  projectId?: string;
  environment?: string;
  service?: string;
  state?: Deployment["state"];
  verdict?: VerdictState;
  /** Only what a later look warned of, what was only tried out, or everything else: what is counted. */
  mark?: DeploymentMark;
  /** Until now, and counted from now each time. */
  period?: Period;
  search?: string;
};
export type DeploymentMark = "late" | "dryRun" | "counted";
export type DeploymentOrder = { sort?: DeploymentSort; order?: "asc" | "desc" };
export type AuditFilter = {
  action?: string;
  actorKind?: AuditEntry["actor"]["kind"];
  from?: string;
  to?: string;
};
export type RunFilter = { pulseId?: string; workerId?: string; state?: Run["state"] };
/** What is listed: everything, or what one of the counts above the list counted. */
export type HintFilter = { projectId?: string | undefined; choice?: HintChoice | undefined };
export type HintChoice = Hint["severity"] | "dryRun";
export type NoticeFilter = { pulseId?: string };

const SERIES_DAYS = { day: 1, week: 7, month: 30, year: 365 } as const;
export type SeriesSpan = keyof typeof SERIES_DAYS;
export const SERIES_SPANS = Object.keys(SERIES_DAYS) as SeriesSpan[];

const PAGE_LIMIT = 25;
const PERIOD_DAYS: Record<Period, number> = { day: 1, week: 7, month: 30 };

/** A dry run's late warning is not counted, so it is not among those that are listed for being late. */
const MARK_QUERY = {
  late: { late: "true", dryRun: "false" },
  dryRun: { dryRun: "true" },
  counted: { dryRun: "false" },
} as const satisfies Record<DeploymentMark, object>;

/** As many days as the counts of hints go back. */
const HINT_DAYS = 30;

const toHintQuery = ({ projectId, choice }: HintFilter) => {
  if (choice === undefined) return { projectId };
  if (choice === "dryRun") return { projectId, days: HINT_DAYS, dryRun: "true" as const };
  return { projectId, days: HINT_DAYS, dryRun: "false" as const, severity: choice };
};

/** The filter as the API knows it. */
export function toDeploymentQuery({ period, mark, ...filter }: DeploymentFilter) {
  const from =
    period === undefined ? undefined : new Date(Date.now() - PERIOD_DAYS[period] * 86_400_000).toISOString();
  return { ...filter, ...(mark === undefined ? {} : MARK_QUERY[mark]), from };
}

/** The list stands above what a page is about: it begins short. */
const NOTICE_LIMIT = 5;
/** Each deployment brings several hints along. */
const HINTED_LIMIT = 10;
type Paged = { nextCursor: string | null };
const paging = {
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (last: Paged) => last.nextCursor ?? undefined,
};

/**
 * Every read of the app, by what it reads. Keys begin with the resource's name, because notices name resources
 * (`live/notice-queries.ts`).
 */
export function queriesOf(api: Api) {
  return {
    me: () =>
      queryOptions({ queryKey: ["me"], queryFn: ({ signal }) => unwrap(api.GET("/api/v1/me", { signal })) }),
    accountDeletion: () =>
      queryOptions({
        queryKey: ["me", "deletion"],
        queryFn: ({ signal }) => unwrap(api.GET("/api/v1/me/deletion", { signal })),
      }),
    overview: () =>
      queryOptions({
        queryKey: ["overview"],
        queryFn: ({ signal }) => unwrap(api.GET("/api/v1/overview", { signal })),
      }),
    projects: () =>
      queryOptions({
        queryKey: ["projects", "list"],
        queryFn: ({ signal }) =>
          unwrap(api.GET("/api/v1/projects", { params: { query: { limit: 100 } }, signal })),
      }),
    project: (id: string) =>
      queryOptions({
        queryKey: ["projects", id],
        queryFn: ({ signal }) =>
          unwrap(api.GET("/api/v1/projects/{id}", { params: { path: { id } }, signal })),
      }),
    series: (id: string, span: SeriesSpan) =>
      queryOptions({
        queryKey: ["projects", id, "series", span],
        queryFn: ({ signal }) => {
          const from = new Date(Date.now() - SERIES_DAYS[span] * 86_400_000).toISOString();
          return unwrap(
            api.GET("/api/v1/projects/{id}/samples", { params: { path: { id }, query: { from } }, signal }),
          );
        },
        // Every sample is news of the project; a chart of hours does not change with each of them.
        staleTime: 60_000,
      }),
    endpointChanges: (id: string) =>
      infiniteQueryOptions({
        queryKey: ["projects", id, "changes"],
        queryFn: ({ signal, pageParam }) =>
          unwrap(
            api.GET("/api/v1/projects/{id}/endpoint/changes", {
              params: { path: { id }, query: { cursor: pageParam, limit: NOTICE_LIMIT } },
              signal,
            }),
          ),
        ...paging,
      }),
    deployments: (filter: DeploymentFilter, order: DeploymentOrder = {}) =>
      infiniteQueryOptions({
        queryKey: ["deployments", "list", filter, order],
        queryFn: ({ signal, pageParam }) =>
          unwrap(
            api.GET("/api/v1/deployments", {
              params: {
                query: { ...toDeploymentQuery(filter), ...order, cursor: pageParam, limit: PAGE_LIMIT },
              },
              signal,
            }),
          ),
        ...paging,
      }),
    deploymentCounts: (filter: DeploymentFilter) =>
      queryOptions({
        queryKey: ["deployments", "counts", filter],
        queryFn: ({ signal }) =>
          unwrap(
            api.GET("/api/v1/deployments/counts", { params: { query: toDeploymentQuery(filter) }, signal }),
          ),
      }),
    deploymentNotices: () =>
      infiniteQueryOptions({
        queryKey: ["deployments", "notices"],
        queryFn: ({ signal, pageParam }) =>
          unwrap(
            api.GET("/api/v1/deployment-notices", {
              params: { query: { cursor: pageParam, limit: NOTICE_LIMIT } },
              signal,
            }),
          ),
        ...paging,
      }),
    hints: (filter: HintFilter) =>
      infiniteQueryOptions({
        queryKey: ["deployments", "hints", filter],
        queryFn: ({ signal, pageParam }) =>
          unwrap(
            api.GET("/api/v1/hints", {
              params: { query: { ...toHintQuery(filter), cursor: pageParam, limit: HINTED_LIMIT } },
              signal,
            }),
          ),
        ...paging,
      }),
    hintCounts: (projectId?: string) =>
      queryOptions({
        queryKey: ["deployments", "hint-counts", { projectId }],
        queryFn: ({ signal }) =>
          unwrap(api.GET("/api/v1/hints/counts", { params: { query: { projectId } }, signal })),
      }),
    quotas: () =>
      queryOptions({
        queryKey: ["projects", "quotas"],
        queryFn: ({ signal }) => unwrap(api.GET("/api/v1/quotas", { signal })),
      }),
    dora: (days: number) =>
      queryOptions({
        queryKey: ["deployments", "dora", days],
        queryFn: ({ signal }) =>
          unwrap(api.GET("/api/v1/analytics/dora", { params: { query: { days } }, signal })),
      }),
    badge: (projectId: string) =>
      queryOptions({
        queryKey: ["projects", projectId, "badge"],
        queryFn: ({ signal }) =>
          unwrap(api.GET("/api/v1/projects/{id}/badge", { params: { path: { id: projectId } }, signal })),
      }),
    slack: (projectId: string) =>
      queryOptions({
        queryKey: ["projects", projectId, "slack"],
        queryFn: ({ signal }) =>
          unwrap(api.GET("/api/v1/projects/{id}/slack", { params: { path: { id: projectId } }, signal })),
      }),
    repositories: (projectId: string) =>
      queryOptions({
        queryKey: ["projects", projectId, "repositories"],
        queryFn: ({ signal }) =>
          unwrap(
            api.GET("/api/v1/projects/{id}/repositories", { params: { path: { id: projectId } }, signal }),
          ),
      }),
    deployment: (id: string) =>
      queryOptions({
        queryKey: ["deployments", id],
        queryFn: ({ signal }) =>
          unwrap(api.GET("/api/v1/deployments/{id}", { params: { path: { id } }, signal })),
      }),
    samples: (id: string) =>
      queryOptions({
        queryKey: ["samples", id],
        queryFn: ({ signal }) =>
          unwrap(api.GET("/api/v1/deployments/{id}/samples", { params: { path: { id } }, signal })),
      }),
    pulses: () =>
      queryOptions({
        queryKey: ["pulses", "list"],
        queryFn: ({ signal }) =>
          unwrap(api.GET("/api/v1/pulses", { params: { query: { limit: 100 } }, signal })),
      }),
    pulse: (id: string) =>
      queryOptions({
        queryKey: ["pulses", id],
        queryFn: ({ signal }) => unwrap(api.GET("/api/v1/pulses/{id}", { params: { path: { id } }, signal })),
      }),
    runs: (filter: RunFilter) =>
      infiniteQueryOptions({
        queryKey: ["runs", "list", filter],
        queryFn: ({ signal, pageParam }) =>
          unwrap(
            api.GET("/api/v1/runs", {
              params: { query: { ...filter, cursor: pageParam, limit: PAGE_LIMIT } },
              signal,
            }),
          ),
        ...paging,
      }),
    run: (id: string) =>
      queryOptions({
        queryKey: ["runs", id],
        queryFn: ({ signal }) => unwrap(api.GET("/api/v1/runs/{id}", { params: { path: { id } }, signal })),
      }),
    notices: (filter: NoticeFilter) =>
      infiniteQueryOptions({
        queryKey: ["notices", filter],
        queryFn: ({ signal, pageParam }) =>
          unwrap(
            api.GET("/api/v1/notices", {
              params: { query: { ...filter, cursor: pageParam, limit: NOTICE_LIMIT } },
              signal,
            }),
          ),
        ...paging,
      }),
    workers: () =>
      queryOptions({
        queryKey: ["workers", "list"],
        queryFn: ({ signal }) =>
          unwrap(api.GET("/api/v1/workers", { params: { query: { limit: 100 } }, signal })),
      }),
    workerNotices: () =>
      queryOptions({
        queryKey: ["workers", "notices"],
        queryFn: ({ signal }) => unwrap(api.GET("/api/v1/workers/notices", { signal })),
      }),
    worker: (id: string) =>
      queryOptions({
        queryKey: ["workers", id],
        queryFn: ({ signal }) =>
          unwrap(api.GET("/api/v1/workers/{id}", { params: { path: { id } }, signal })),
      }),
    provisioning: (id: string) =>
      queryOptions({
        queryKey: ["provisionings", id],
        queryFn: ({ signal }) =>
          unwrap(api.GET("/api/v1/provisionings/{id}", { params: { path: { id } }, signal })),
      }),
    system: () =>
      queryOptions({
        queryKey: ["system"],
        queryFn: ({ signal }) => unwrap(api.GET("/api/v1/admin/system", { signal })),
      }),
    audit: (filter: AuditFilter) =>
      infiniteQueryOptions({
        queryKey: ["audit", filter],
        queryFn: ({ signal, pageParam }) =>
          unwrap(
            api.GET("/api/v1/audit", {
              params: { query: { ...filter, cursor: pageParam, limit: PAGE_LIMIT } },
              signal,
            }),
          ),
        ...paging,
      }),
  };
}

/** The queries of the browser. Server components build their own with `queriesOf(await getServerApi())`. */
export const queries = queriesOf(browserApi);
