"use client";

import { ChevronRight } from "lucide-react";
import { useTranslations } from "next-intl";
import type { DeploymentDetail, Hint } from "@/api/types";
import { Badge, type Tone } from "@/components/ui/badge";
import { Section } from "@/components/ui/card";
import { EvidenceTable } from "./evidence-table";

const tones: Record<Hint["severity"], Tone> = { critical: "danger", warning: "warning", info: "neutral" };

/** Where the verdict's panel leads to. */
export const HINTS_ID = "hints";

/**
 * What to look at first: a probable cause and the next actions for each. Its place is there before the verdict is,
 * so that nothing moves when they come.
 */
export function HintList({ deployment: { state, verdict } }: { deployment: DeploymentDetail }) {
  const t = useTranslations("deployment");
  const hints = verdict?.hints ?? [];
  const isAwaited = state === "running" || state === "observing";
  if (hints.length === 0 && !isAwaited && !verdict) return null;
  return (
    <div id={HINTS_ID} tabIndex={-1} className="rounded-lg">
      {hints.length === 0 ? (
        <Section title={t("hints")}>
          <p className="text-ink-soft text-sm">{t(isAwaited ? "hintsAwaited" : "hintsNone")}</p>
        </Section>
      ) : (
        <Section title={t("hints")} hint={t("hintsHint")} bodyClassName="px-0 pb-0">
          <ul className="border-line border-t">
            {hints.map((hint, index) => (
              <HintRow key={`${hint.code}-${index}`} hint={hint} open={index === 0} />
            ))}
          </ul>
        </Section>
      )}
    </div>
  );
}

type HintRowProps = { hint: Hint; open?: boolean };

/** One hint, wherever hints are listed: its cause in a line, and behind it the numbers and what to do. */
export function HintRow({ hint, open }: HintRowProps) {
  const t = useTranslations("deployment");
  const metrics = useTranslations("metrics");
  return (
    <li className="@container border-line border-t first:border-t-0">
      <details className="group" open={open}>
        <summary className="flex list-none items-start gap-3 px-5 py-3.5 -outline-offset-2 hover:bg-hover [&::-webkit-details-marker]:hidden">
          <span className="flex min-w-0 flex-1 flex-col gap-x-4 gap-y-1.5 @2xl:flex-row">
            <span className="flex shrink-0 flex-wrap items-center gap-2 @2xl:w-52 @2xl:content-start">
              <Badge tone={tones[hint.severity]}>{t(`severity.${hint.severity}`)}</Badge>
              <span className="text-ink-faint text-xs">
                {hint.metrics.map((metric) => metrics(`name.${metric}`)).join(" + ")}
              </span>
              {hint.evidence.length > 1 ? (
                <Badge>{t("evidence.signals", { count: hint.evidence.length })}</Badge>
              ) : null}
            </span>
            <span className="min-w-0 flex-1">
              <h3 className="font-semibold text-base">{hint.title.text}</h3>
              <span className="mt-0.5 line-clamp-1 text-ink-soft text-sm group-open:line-clamp-none">
                {hint.cause.text}
              </span>
            </span>
          </span>
          <ChevronRight
            aria-hidden
            className="mt-1 size-4 shrink-0 text-ink-faint transition-transform group-open:rotate-90"
          />
        </summary>
        <div className="px-5 pb-4">
          {hint.evidence.length > 0 ? <EvidenceTable evidence={hint.evidence} /> : null}
          <p className="mt-3 font-medium text-xs">{t("actions")}</p>
          <ol className="mt-1.5 flex list-decimal flex-col gap-1.5 pl-4.5 text-sm marker:text-ink-faint">
            {hint.actions.map((action) => (
              <li key={action.key} className="pl-1">
                {action.text}
              </li>
            ))}
          </ol>
        </div>
      </details>
    </li>
  );
}
