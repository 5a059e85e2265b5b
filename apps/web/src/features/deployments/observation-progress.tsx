"use client";

import { useNow, useTranslations } from "next-intl";
import type { Deployment } from "@/api/types";
import { DurationOf } from "./duration";

/** How far the observation has come. Shown only while there is something to wait for. */
export function ObservationProgress({ deployment }: { deployment: Deployment }) {
  const t = useTranslations("deployment");
  const now = useNow({ updateInterval: 1_000 });
  if (deployment.state !== "observing" || !deployment.finishedAt || !deployment.observeUntil) return null;
  const fromMs = Date.parse(deployment.finishedAt);
  const untilMs = Date.parse(deployment.observeUntil);
  const share = Math.min(1, Math.max(0, (now.getTime() - fromMs) / Math.max(1, untilMs - fromMs)));
  const leftSeconds = Math.max(0, Math.ceil((untilMs - now.getTime()) / 1_000));
  return (
    <div className="rounded-lg border border-line bg-surface px-5 py-4 shadow-card">
      <p className="flex flex-wrap items-baseline justify-between gap-x-4 text-sm">
        <span className="font-medium">{t("observing")}</span>
        <span className="text-ink-soft">
          {leftSeconds > 0 ? (
            <>
              {t("timeLeft")} <DurationOf seconds={leftSeconds} />
            </>
          ) : (
            t("deciding")
          )}
        </span>
      </p>
      <div
        role="progressbar"
        aria-label={t("observing")}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(share * 100)}
        className="mt-2.5 h-1.5 overflow-hidden rounded-full bg-line"
        suppressHydrationWarning
      >
        <div
          className="h-full rounded-full bg-accent"
          style={{ width: `${share * 100}%` }}
          suppressHydrationWarning
        />
      </div>
    </div>
  );
}
