"use client";

import { useTranslations } from "next-intl";
import { cn } from "./ui/cn";

/** Words for a stable reason code of a scrape, a run or a set-up step; the code itself where there are none. */
export function Reason({ code, className }: { code: string; className?: string }) {
  const t = useTranslations("reasons");
  // Codes come from the server, so whether there are words for one is known at run time only.
  if (!t.has(code as never)) return <code className={cn("font-mono text-xs", className)}>{code}</code>;
  return (
    <span className={className} title={code}>
      {t(code as never)}
    </span>
  );
}
