"use client";

import { usePathname, useSearchParams } from "next/navigation";
import type { DeploymentFilter } from "@/api/queries";
import { parseDeploymentFilter, writeDeploymentFilter } from "./deployment-filter";

/** The list's filter, which lives in the address: what is filtered can be linked to, and Back takes it back. */
export function useDeploymentFilter() {
  const search = useSearchParams();
  const pathname = usePathname();
  const filter = parseDeploymentFilter(Object.fromEntries(search));
  const setFilter = (change: DeploymentFilter) => {
    const query = writeDeploymentFilter({ ...filter, ...change });
    window.history.pushState(null, "", query === "" ? pathname : `${pathname}?${query}`);
  };
  return { filter, setFilter, clear: () => window.history.pushState(null, "", pathname) };
}
