"use client";

import { useTranslations } from "next-intl";
import type { Run, System } from "@/api/types";
import { RunStateBadge } from "@/components/states";
import { Section } from "@/components/ui/card";
import { useMeasures } from "./use-measures";

type Counts = Partial<Record<Run["state"], number>>;

export function RunCounts({ runs }: { runs: System["runs"] }) {
  const t = useTranslations("admin.runs");
  return (
    <Section title={t("title")}>
      <div className="grid gap-5 sm:grid-cols-2">
        <Counted title={t("open")} counts={runs.open} />
        <Counted title={t("ended")} counts={runs.endedLastDay} />
      </div>
    </Section>
  );
}

function Counted({ title, counts }: { title: string; counts: Counts }) {
  const t = useTranslations("admin.runs");
  const { number } = useMeasures();
  const rows = Object.entries(counts) as [Run["state"], number][];
  return (
    <div>
      <h3 className="mb-2 text-ink-faint text-xs">{title}</h3>
      {rows.length === 0 ? <p className="text-ink-soft text-sm">{t("none")}</p> : null}
      <dl className="flex flex-col gap-1.5 text-sm">
        {rows.map(([state, count]) => (
          <div key={state} className="flex items-center justify-between gap-4">
            <dt>
              <RunStateBadge run={{ state, late: false }} />
            </dt>
            <dd className="num">{number(count)}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
