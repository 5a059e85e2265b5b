"use client";

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { type CSSProperties, lazy, Suspense } from "react";
import { queries } from "@/api/queries";
import { Skeleton } from "@/components/ui/skeleton";

const AttentionPanel = lazy(() => import("./attention-panel"));
const SilenceNotices = lazy(() => import("../workers/silence-notices"));
const DeploymentNotices = lazy(() => import("./deployment-notices"));
const RootNotices = lazy(() => import("../workers/root-notices"));

/** What a person should know of their deployments, runs and workers. Most days there is nothing, and then nothing is shown or loaded. */
export function AttentionList({ pulseId }: { pulseId?: string }) {
  return (
    <>
      {pulseId === undefined ? <DeploymentsToLookAt /> : null}
      {pulseId === undefined ? <WorkersToLookAt /> : null}
      <RunsToLookAt pulseId={pulseId} />
    </>
  );
}

/** Workers that stay away, and those whose secret expires soon. */
export function WorkersToLookAt() {
  const notices = useQuery(queries.workerNotices());
  const { rows = [], silences = [] } = notices.data ?? {};
  if (rows.length + silences.length === 0) return null;
  return (
    <Suspense fallback={null}>
      <div className="flex flex-col gap-2">
        {silences.length > 0 ? <SilenceNotices rows={silences} /> : null}
        {rows.length > 0 ? <RootNotices rows={rows} /> : null}
      </div>
    </Suspense>
  );
}

/** Verdicts that ask for somebody, and what later looks found. */
function DeploymentsToLookAt() {
  const notices = useInfiniteQuery(queries.deploymentNotices());
  const rows = notices.data?.pages.flatMap((page) => page.rows) ?? [];
  if (rows.length === 0) return null;
  const more = { load: () => void notices.fetchNextPage(), loading: notices.isFetchingNextPage };
  return (
    <Suspense fallback={<PanelToCome rows={rows.length} />}>
      <DeploymentNotices rows={rows} more={notices.hasNextPage ? more : undefined} />
    </Suspense>
  );
}

function RunsToLookAt({ pulseId }: { pulseId: string | undefined }) {
  const notices = useInfiniteQuery(queries.notices(pulseId === undefined ? {} : { pulseId }));
  const rows = notices.data?.pages.flatMap((page) => page.rows) ?? [];
  if (rows.length === 0) return null;
  const more = { load: () => void notices.fetchNextPage(), loading: notices.isFetchingNextPage };
  return (
    <Suspense fallback={<PanelToCome rows={rows.length} />}>
      <AttentionPanel
        rows={rows}
        {...(pulseId === undefined ? {} : { pulseId })}
        more={notices.hasNextPage ? more : undefined}
      />
    </Suspense>
  );
}

/** About as high as the panel with so many rows: what stands below it hardly moves when it comes. */
function PanelToCome({ rows }: { rows: number }) {
  return (
    <Skeleton
      style={{ "--rows": rows } as CSSProperties}
      className="h-[calc(6.125rem+var(--rows)*4.875rem)] sm:h-[calc(4.875rem+var(--rows)*2.875rem)]"
    />
  );
}
