"use client";

import { useFormatter, useNow, useTranslations } from "next-intl";
import type { ReactNode } from "react";
import type { DeploymentDetail, Verdict } from "@/api/types";
import { DurationOf } from "./duration";

/** How far the observation has come and how sure the verdict is: both have their place from the beginning. */
export function VerdictMeters({ deployment }: { deployment: DeploymentDetail }) {
  return (
    <div className="flex flex-col gap-3">
      <ObservationMeter deployment={deployment} />
      <ConfidenceMeter verdict={deployment.verdict} />
    </div>
  );
}

function ObservationMeter({ deployment }: { deployment: DeploymentDetail }) {
  const t = useTranslations("deployment");
  const now = useNow({ updateInterval: 1_000 });
  const { state, finishedAt, observeUntil, endedAt } = deployment;
  const label = t("observation");
  if (finishedAt === null || observeUntil === null) {
    return <Meter label={label} value={t(state === "running" ? "notBegun" : "none")} share={0} />;
  }
  const fromMs = Date.parse(finishedAt);
  const untilMs = Date.parse(observeUntil);
  if (state !== "observing") {
    const endMs = endedAt === null ? untilMs : Math.min(untilMs, Math.max(fromMs, Date.parse(endedAt)));
    const share = untilMs > fromMs ? (endMs - fromMs) / (untilMs - fromMs) : 1;
    return (
      <Meter
        label={label}
        value={<DurationOf seconds={Math.round((endMs - fromMs) / 1_000)} />}
        share={share}
      />
    );
  }
  const share = Math.min(1, Math.max(0, (now.getTime() - fromMs) / Math.max(1, untilMs - fromMs)));
  const leftSeconds = Math.max(0, Math.ceil((untilMs - now.getTime()) / 1_000));
  const left =
    leftSeconds > 0 ? (
      <>
        {t("timeLeft")} <DurationOf seconds={leftSeconds} />
      </>
    ) : (
      t("deciding")
    );
  return <Meter label={label} value={left} share={share} progress={t("observing")} />;
}

/** Where nothing is decided there is nothing to be sure of. */
const isSure = ({ state }: Verdict): boolean => state !== "collecting" && state !== "inconclusive";

function ConfidenceMeter({ verdict }: { verdict: Verdict | null }) {
  const t = useTranslations("deployment");
  const format = useFormatter();
  if (verdict === null || !isSure(verdict)) {
    return <Meter label={t("confidence")} value={t("none")} share={0} />;
  }
  // Rounded down: nothing below certainty is shown as 100 %.
  const shown = format.number(Math.floor(verdict.confidence * 100) / 100, { style: "percent" });
  return (
    <Meter
      label={t("confidence")}
      value={<span className="num font-semibold text-md leading-5">{shown}</span>}
      share={verdict.confidence}
    />
  );
}

type MeterProps = {
  label: string;
  value: ReactNode;
  /** 0 to 1. */
  share: number;
  /** What is going on, where it moves by itself. */
  progress?: string;
};

function Meter({ label, value, share, progress }: MeterProps) {
  const role = progress
    ? ({
        role: "progressbar",
        "aria-label": progress,
        "aria-valuemin": 0,
        "aria-valuemax": 100,
        "aria-valuenow": Math.round(share * 100),
      } as const)
    : ({ "aria-hidden": true } as const);
  return (
    <div>
      <p className="flex items-baseline justify-between gap-3 text-sm">
        <span>{label}</span>
        <span suppressHydrationWarning>{value}</span>
      </p>
      <div
        {...role}
        className="mt-1.5 h-1.5 overflow-hidden rounded-full bg-current/20"
        suppressHydrationWarning
      >
        <div
          className="h-full rounded-full bg-current"
          style={{ width: `${share * 100}%` }}
          suppressHydrationWarning
        />
      </div>
    </div>
  );
}
