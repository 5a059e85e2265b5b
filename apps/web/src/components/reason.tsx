"use client";

import { useTranslations } from "next-intl";
import { cn } from "./ui/cn";

type ReasonProps = {
  code: string;
  /** A run's reasons are sentences of their own; the same code may mean another thing for a set-up. */
  of?: "reasons" | "runReasons";
  className?: string;
};

/** Words for a stable reason code of a scrape, a set-up step or a run; the code itself where there are none. */
export function Reason({ code, of = "reasons", className }: ReasonProps) {
  const t = useTranslations(of);
  // Codes come from the server, so whether there are words for one is known at run time only.
  if (!t.has(code as never)) return <code className={cn("font-mono text-xs", className)}>{code}</code>;
  return (
    <span className={className} title={code}>
      {t(code as never)}
    </span>
  );
}
