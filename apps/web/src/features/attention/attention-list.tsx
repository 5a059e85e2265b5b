"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { queries } from "@/api/queries";

const AttentionPanel = lazy(() => import("./attention-panel"));

/** What a person should know of their runs. Most days there is nothing, and then nothing is shown or loaded. */
export function AttentionList({ pulseId }: { pulseId?: string }) {
  const notices = useInfiniteQuery(queries.notices(pulseId === undefined ? {} : { pulseId }));
  const rows = notices.data?.pages.flatMap((page) => page.rows) ?? [];
  if (rows.length === 0) return null;
  const more = { load: () => void notices.fetchNextPage(), loading: notices.isFetchingNextPage };
  return (
    <Suspense fallback={null}>
      <AttentionPanel rows={rows} pulseId={pulseId} more={notices.hasNextPage ? more : undefined} />
    </Suspense>
  );
}
