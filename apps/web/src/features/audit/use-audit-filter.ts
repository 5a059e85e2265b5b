"use client";

import { usePathname, useSearchParams } from "next/navigation";
import { type AuditChoice, parseAuditFilter, writeAuditFilter } from "./audit-filter";

/** The list's filter, which lives in the address: what is filtered can be linked to, and Back takes it back. */
export function useAuditFilter() {
  const search = useSearchParams();
  const pathname = usePathname();
  const filter = parseAuditFilter(Object.fromEntries(search));
  const setFilter = (change: AuditChoice) => {
    const query = writeAuditFilter({ ...filter, ...change });
    window.history.pushState(null, "", query === "" ? pathname : `${pathname}?${query}`);
  };
  return { filter, setFilter };
}
