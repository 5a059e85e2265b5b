"use client";

import { useTranslations } from "next-intl";
import { cn } from "@/components/ui/cn";
import { useLiveState } from "./live-updates";

/** Whether the page updates by itself: at once, every few seconds, or not yet. */
export function LiveIndicator() {
  const t = useTranslations("live");
  const state = useLiveState();
  return (
    <p
      role="status"
      title={t(`${state}Hint`)}
      className="mr-1 flex items-center gap-2 px-1.5 text-ink-faint text-xs"
    >
      <span
        aria-hidden
        className={cn(
          "size-2 rounded-full",
          state === "live" && "bg-ok",
          state === "polling" && "bg-warning",
          state === "connecting" && "animate-pulse-dot bg-line-field",
        )}
      />
      <span className="max-sm:sr-only">{t(state)}</span>
    </p>
  );
}
