"use client";

import { useQuery } from "@tanstack/react-query";
import { queries } from "@/api/queries";

const POLL_MS = 2_000;

/** A provisioning, for the seconds in which somebody watches a worker come to life: the stream may lag, this does not. */
export function useLiveProvisioning(id: string | undefined) {
  return useQuery({
    ...queries.provisioning(id ?? ""),
    enabled: id !== undefined,
    refetchInterval: ({ state }) =>
      state.data?.state === "done" || state.data?.state === "failed" ? false : POLL_MS,
  });
}
