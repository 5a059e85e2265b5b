"use client";

import { ClockAlert } from "lucide-react";
import { useFormatter, useTranslations } from "next-intl";
import type { DeploymentFilter } from "@/api/queries";
import type { VerdictState } from "@/api/types";
import { verdictLooks } from "@/components/states";
import { cn } from "@/components/ui/cn";

type Counts = {
  total: number;
  ok: number;
  warning: number;
  rollbackRecommended: number;
  inconclusive: number;
  lateWarnings: number;
};

const SHOWN: readonly {
  key: Exclude<keyof Counts, "total" | "lateWarnings">;
  verdict: VerdictState;
  tone: string;
}[] = [
  { key: "ok", verdict: "ok", tone: "text-ok" },
  { key: "warning", verdict: "warning", tone: "text-warning" },
  { key: "rollbackRecommended", verdict: "rollback_recommended", tone: "text-danger" },
  { key: "inconclusive", verdict: "inconclusive", tone: "text-ink-soft" },
];

type DeploymentCountsProps = { counts: Counts; setFilter: (change: DeploymentFilter) => void };

/** What the listed deployments came to, all pages of them; a count narrows the list to itself. */
export function DeploymentCounts({ counts, setFilter }: DeploymentCountsProps) {
  const t = useTranslations("deployments.counts");
  const states = useTranslations("states.verdict");
  const format = useFormatter();
  return (
    <ul aria-label={t("label")} className="flex flex-wrap items-center gap-x-1 gap-y-1 text-sm">
      <li className="py-1 pr-2">
        <span className="num font-semibold">{format.number(counts.total)}</span>{" "}
        <span className="text-ink-soft">{t("total")}</span>
      </li>
      {SHOWN.map(({ key, verdict, tone }) => {
        const { icon: Icon } = verdictLooks[verdict];
        return (
          <li key={key}>
            <button
              type="button"
              onClick={() => setFilter({ verdict })}
              disabled={counts[key] === 0}
              className="flex h-8 items-center gap-1.5 rounded-md px-2 text-ink-soft enabled:hover:bg-hover enabled:hover:text-ink"
            >
              <Icon aria-hidden className={cn("size-4", counts[key] > 0 ? tone : "text-ink-faint")} />
              <span className="num font-semibold">{format.number(counts[key])}</span>
              <span>{states(verdict)}</span>
            </button>
          </li>
        );
      })}
      {counts.lateWarnings > 0 ? (
        <li>
          <button
            type="button"
            onClick={() => setFilter({ mark: "late" })}
            className="flex h-8 items-center gap-1.5 rounded-md px-2 text-ink-soft hover:bg-hover hover:text-ink"
          >
            <ClockAlert aria-hidden className="size-4 text-warning" />
            <span className="num font-semibold">{format.number(counts.lateWarnings)}</span>
            <span>{t("late", { count: counts.lateWarnings })}</span>
          </button>
        </li>
      ) : null}
    </ul>
  );
}
