import "server-only";
import { dehydrate, HydrationBoundary, type QueryClient } from "@tanstack/react-query";
import { notFound, redirect } from "next/navigation";
import type { ReactNode } from "react";
import { ApiProblem } from "./problem";
import { queriesOf } from "./queries";
import { createQueryClient } from "./query-client";
import { getServerApi } from "./server";

type Load = (client: QueryClient, queries: ReturnType<typeof queriesOf>) => Promise<unknown>[];

/**
 * Reads what a page needs before it is painted, and hands it to the browser's cache.
 * A missing thing is a 404 page; any other failure is left to the page, which shows it with a way to retry.
 */
export async function Prefetch({ load, children }: { load: Load; children: ReactNode }) {
  const client = createQueryClient({ retries: 0 });
  const outcomes = await Promise.allSettled(load(client, queriesOf(await getServerApi())));
  for (const outcome of outcomes) {
    if (outcome.status !== "rejected" || !(outcome.reason instanceof ApiProblem)) continue;
    if (outcome.reason.status === 401) redirect("/sign-in");
    if (outcome.reason.status === 404) notFound();
  }
  return <HydrationBoundary state={dehydrate(client)}>{children}</HydrationBoundary>;
}
