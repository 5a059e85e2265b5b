"use client";

import { usePathname, useSearchParams } from "next/navigation";
import type { Hint } from "@/api/types";
import { parseHintSeverity } from "./hint-severity";

/** The chosen severity, which lives in the address beside what else is there. */
export function useHintSeverity() {
  const search = useSearchParams();
  const pathname = usePathname();
  return {
    severity: parseHintSeverity(search.get("severity")),
    choose: (severity: Hint["severity"] | undefined) => {
      const next = new URLSearchParams(search);
      if (severity === undefined) next.delete("severity");
      else next.set("severity", severity);
      const query = next.toString();
      window.history.pushState(null, "", query === "" ? pathname : `${pathname}?${query}`);
    },
  };
}
