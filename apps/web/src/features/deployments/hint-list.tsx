"use client";

import { useTranslations } from "next-intl";
import type { Hint } from "@/api/types";
import { Badge, type Tone } from "@/components/ui/badge";
import { Section } from "@/components/ui/card";
import { EvidenceTable } from "./evidence-table";

const tones: Record<Hint["severity"], Tone> = { critical: "danger", warning: "warning", info: "neutral" };

/** What to look at first: a probable cause and the next actions for each. */
export function HintList({ hints }: { hints: readonly Hint[] }) {
  const t = useTranslations("deployment");
  if (hints.length === 0) return null;
  return (
    <Section title={t("hints")} hint={t("hintsHint")} bodyClassName="px-0 pb-0">
      <ul className="border-line border-t">
        {hints.map((hint, index) => (
          <HintRow key={`${hint.code}-${index}`} hint={hint} />
        ))}
      </ul>
    </Section>
  );
}

/** One hint, wherever hints are listed. */
export function HintRow({ hint }: { hint: Hint }) {
  const t = useTranslations("deployment");
  const metrics = useTranslations("metrics");
  return (
    <li className="border-line border-t px-5 py-4 first:border-t-0">
      <div className="flex flex-wrap items-center gap-2">
        <Badge tone={tones[hint.severity]}>{t(`severity.${hint.severity}`)}</Badge>
        <span className="text-ink-faint text-xs">
          {hint.metrics.map((metric) => metrics(`name.${metric}`)).join(" + ")}
        </span>
        {hint.evidence.length > 1 ? (
          <Badge>{t("evidence.signals", { count: hint.evidence.length })}</Badge>
        ) : null}
      </div>
      <h3 className="mt-2 font-semibold text-base">{hint.title.text}</h3>
      <p className="mt-1 text-ink-soft text-sm">{hint.cause.text}</p>
      {hint.evidence.length > 0 ? <EvidenceTable evidence={hint.evidence} /> : null}
      <p className="mt-3 font-medium text-xs">{t("actions")}</p>
      <ol className="mt-1.5 flex list-decimal flex-col gap-1.5 pl-4.5 text-sm marker:text-ink-faint">
        {hint.actions.map((action) => (
          <li key={action.key} className="pl-1">
            {action.text}
          </li>
        ))}
      </ol>
    </li>
  );
}
