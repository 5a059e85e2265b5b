"use client";

import { ClockAlert, FlaskConical } from "lucide-react";
import { useFormatter, useTranslations } from "next-intl";
import type { DeploymentFilter } from "@/api/queries";
import type { VerdictState } from "@/api/types";
import { ShallowLink } from "@/components/shallow-link";
import { verdictLooks } from "@/components/states";
import { cn } from "@/components/ui/cn";

type Counts = {
  total: number;
  ok: number;
  warning: number;
  rollbackRecommended: number;
  inconclusive: number;
  lateWarnings: number;
  dryRun: number;
};

const SHOWN: readonly {
  key: Exclude<keyof Counts, "total" | "lateWarnings" | "dryRun">;
  verdict: VerdictState;
  tone: string;
}[] = [
  { key: "ok", verdict: "ok", tone: "text-ok" },
  { key: "warning", verdict: "warning", tone: "text-warning" },
  { key: "rollbackRecommended", verdict: "rollback_recommended", tone: "text-danger" },
  { key: "inconclusive", verdict: "inconclusive", tone: "text-ink-soft" },
];

const MARKED = [
  { key: "lateWarnings", mark: "late", icon: ClockAlert, tone: "text-warning" },
  { key: "dryRun", mark: "dryRun", icon: FlaskConical, tone: "text-ink-faint" },
] as const;

const LOOK = "flex h-8 items-center gap-1.5 rounded-md px-2 text-ink-soft";
const LINK_LOOK = "hover:bg-hover hover:text-ink";

type DeploymentCountsProps = {
  counts: Counts;
  filter: DeploymentFilter;
  queryOf: (change: DeploymentFilter) => string;
};

/** What the listed deployments came to, all pages of them; a count narrows the list to itself. */
export function DeploymentCounts({ counts, filter, queryOf }: DeploymentCountsProps) {
  const t = useTranslations("deployments.counts");
  const states = useTranslations("states.verdict");
  const format = useFormatter();
  return (
    <ul aria-label={t("label")} className="flex flex-wrap items-center gap-x-1 gap-y-1 text-sm">
      <li className="py-1 pr-2">
        <span className="num font-semibold">{format.number(counts.total)}</span>{" "}
        <span className="text-ink-soft">{t("total", { count: counts.total })}</span>
      </li>
      {SHOWN.map(({ key, verdict, tone }) => {
        const { icon: Icon } = verdictLooks[verdict];
        const count = counts[key];
        const shown = (
          <>
            <Icon aria-hidden className={cn("size-4", count > 0 ? tone : "text-ink-faint")} />
            <span className="num font-semibold">{format.number(count)}</span>
            <span>{states(verdict)}</span>
          </>
        );
        return (
          <li key={key}>
            {count === 0 ? (
              <span className={LOOK}>{shown}</span>
            ) : (
              <ShallowLink
                query={queryOf({ verdict, mark: filter.mark ?? "counted" })}
                className={cn(LOOK, LINK_LOOK)}
              >
                {shown}
              </ShallowLink>
            )}
          </li>
        );
      })}
      {MARKED.map(({ key, mark, icon: Icon, tone }) =>
        counts[key] > 0 && filter.mark !== mark ? (
          <li key={key}>
            <ShallowLink query={queryOf({ mark })} className={cn(LOOK, LINK_LOOK)}>
              <Icon aria-hidden className={cn("size-4", tone)} />
              <span className="num font-semibold">{format.number(counts[key])}</span>
              <span>{t(mark, { count: counts[key] })}</span>
            </ShallowLink>
          </li>
        ) : null,
      )}
    </ul>
  );
}
