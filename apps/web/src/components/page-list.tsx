"use client";

import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { ErrorState } from "./error-state";
import { MoreRows } from "./more-rows";
import { Skeleton } from "./ui/skeleton";

type Pages<T> = {
  data?: { pages: ReadonlyArray<{ rows: T[] }> };
  isPending: boolean;
  isError: boolean;
  isFetching: boolean;
  isFetchingNextPage: boolean;
  hasNextPage: boolean;
  error: unknown;
  refetch: () => unknown;
  fetchNextPage: () => unknown;
};

type PageListProps<T> = {
  query: Pages<T>;
  empty: ReactNode;
  children: (rows: T[]) => ReactNode;
  /** Height of the skeleton: about that of the rows to come. */
  skeletonClassName?: string;
};

/** A list by cursor in all its states: loading, failed, empty, filled, with more to load. */
export function PageList<T>({ query, empty, children, skeletonClassName = "h-72" }: PageListProps<T>) {
  if (query.isPending) return <Loading className={skeletonClassName} />;
  if (query.isError && !query.data) {
    return (
      <ErrorState error={query.error} onRetry={() => void query.refetch()} retrying={query.isFetching} />
    );
  }
  const rows = query.data?.pages.flatMap((page) => page.rows) ?? [];
  if (rows.length === 0) return empty;
  return (
    <>
      {children(rows)}
      {query.hasNextPage ? (
        <MoreRows more={{ load: () => void query.fetchNextPage(), loading: query.isFetchingNextPage }} />
      ) : null}
    </>
  );
}

function Loading({ className }: { className: string }) {
  const t = useTranslations("common");
  return (
    <div className="p-5">
      <p role="status" className="sr-only">
        {t("loading")}
      </p>
      <Skeleton className={className} />
    </div>
  );
}
