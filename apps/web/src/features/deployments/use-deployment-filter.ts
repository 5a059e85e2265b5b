"use client";

import { usePathname, useSearchParams } from "next/navigation";
import type { DeploymentFilter, DeploymentOrder } from "@/api/queries";
import { parseDeploymentFilter, parseDeploymentOrder, writeDeploymentFilter } from "./deployment-filter";

/** The list's filter and order, which live in the address: what is filtered can be linked to, and Back takes it back. */
export function useDeploymentFilter() {
  const search = useSearchParams();
  const pathname = usePathname();
  const asked = Object.fromEntries(search);
  const [filter, order] = [parseDeploymentFilter(asked), parseDeploymentOrder(asked)];
  const show = (query: string) =>
    window.history.pushState(null, "", query === "" ? pathname : `${pathname}?${query}`);
  return {
    filter,
    order,
    setFilter: (change: DeploymentFilter) => show(writeDeploymentFilter({ ...filter, ...change }, order)),
    setOrder: (next: DeploymentOrder) =>
      show(writeDeploymentFilter(filter, parseDeploymentOrder({ sort: next.sort, order: next.order }))),
    clear: () => show(writeDeploymentFilter({}, order)),
  };
}
