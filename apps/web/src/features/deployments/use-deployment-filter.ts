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
  const queryOf = (change: DeploymentFilter) => writeDeploymentFilter({ ...filter, ...change }, order);
  return {
    filter,
    order,
    /** The address's query for another filter. */
    queryOf,
    /** The address's query for another order. */
    queryInOrder: (next: DeploymentOrder) =>
      writeDeploymentFilter(filter, parseDeploymentOrder({ sort: next.sort, order: next.order })),
    setFilter: (change: DeploymentFilter) => {
      const query = queryOf(change);
      window.history.pushState(null, "", query === "" ? pathname : `${pathname}?${query}`);
    },
  };
}
