"use client";

import { CircleAlert, CircleCheck, Info, type LucideIcon, TriangleAlert } from "lucide-react";
import { useFormatter, useTranslations } from "next-intl";
import type { DeploymentDetail, Verdict } from "@/api/types";
import { Instant } from "@/components/instant";
import { verdictLooks } from "@/components/states";
import type { Tone } from "@/components/ui/badge";
import { cn } from "@/components/ui/cn";

const toneClasses: Partial<Record<Tone, string>> = {
  ok: "text-ok bg-ok-soft",
  warning: "text-warning bg-warning-soft",
  danger: "text-danger bg-danger-soft",
  seqpulse: "text-seqpulse bg-seqpulse-soft",
  unsure: "text-ink-soft bg-sunken",
};

type ReasonLook = { icon: LucideIcon; look: string };

/** A reason carries its verdict's weight: it is why the word above stands there. */
const reasonLooks: Record<DeploymentDetail["verdictState"], ReasonLook> = {
  ok: { icon: CircleCheck, look: "text-ok" },
  warning: { icon: TriangleAlert, look: "text-warning" },
  rollback_recommended: { icon: CircleAlert, look: "text-danger" },
  inconclusive: { icon: Info, look: "text-ink-faint" },
  collecting: { icon: Info, look: "text-ink-faint" },
};

const aside: ReasonLook = { icon: Info, look: "text-ink-faint" };
/** What stands beside a verdict without being why: no tick for a failure, no alarm for what was not judged. */
const ownLooks: Readonly<Record<string, ReasonLook>> = {
  "reason.pipeline_failed": { icon: TriangleAlert, look: "text-warning" },
  "reason.baseline_too_short": aside,
  "reason.too_few_samples": aside,
  "reason.too_few_requests": aside,
  "reason.improved": aside,
  "reason.dry_run": aside,
};

/** The verdict in a word, how sure it is, and why. While nothing is known it says so. */
export function VerdictPanel({ deployment }: { deployment: DeploymentDetail }) {
  const t = useTranslations("deployment");
  const states = useTranslations("states.verdict");
  const { verdict, verdictState } = deployment;
  const { icon: Icon, tone, busy } = verdictLooks[verdictState];
  return (
    <section
      aria-labelledby="verdict"
      className="grid overflow-hidden rounded-lg border border-line bg-surface shadow-card md:grid-cols-[minmax(15rem,2fr)_5fr]"
    >
      <div className={cn("flex flex-col justify-between gap-5 p-5", toneClasses[tone])}>
        <div role="status">
          <h2 id="verdict" className="font-medium text-sm">
            {t(verdict?.final === false ? "verdictSoFar" : "verdict")}
          </h2>
          <p className="mt-2 flex items-center gap-2.5 font-semibold text-lg">
            <Icon aria-hidden className={cn("size-6 shrink-0", busy && "animate-pulse-dot")} />
            {states(verdictState)}
          </p>
        </div>
        {verdict && isSure(verdict) ? <Confidence verdict={verdict} /> : null}
      </div>
      <div className="flex flex-col justify-between gap-4 p-5">
        {verdict && verdict.reasons.length > 0 ? (
          <ul aria-label={t("reasons")} className="flex flex-col gap-2.5">
            {verdict.reasons.map((reason, index) => {
              const { key } = reason.message;
              const { icon: ReasonIcon, look } = ownLooks[key] ?? reasonLooks[verdictState];
              return (
                <li key={`${key}-${index}`} className="flex items-start gap-2.5">
                  <ReasonIcon aria-hidden className={cn("mt-0.5 size-4 shrink-0", look)} />
                  <span className="max-w-prose">{reason.message.text}</span>
                </li>
              );
            })}
          </ul>
        ) : (
          <p className="max-w-prose text-ink-soft">{t(`waiting.${getWaitingKey(deployment)}`)}</p>
        )}
        {verdict ? <Quality verdict={verdict} /> : null}
      </div>
    </section>
  );
}

function getWaitingKey(deployment: DeploymentDetail) {
  if (deployment.state === "running") return "running";
  return deployment.state === "observing" ? "observing" : "other";
}

/** Where nothing is decided there is nothing to be sure of. */
const isSure = ({ state }: Verdict): boolean => state !== "collecting" && state !== "inconclusive";

function Confidence({ verdict }: { verdict: Verdict }) {
  const t = useTranslations("deployment");
  const format = useFormatter();
  // Rounded down: nothing below certainty is shown as 100 %.
  const share = format.number(Math.floor(verdict.confidence * 100) / 100, { style: "percent" });
  return (
    <div>
      <p className="flex items-baseline justify-between text-sm">
        <span>{t("confidence")}</span>
        <span className="num font-semibold text-md">{share}</span>
      </p>
      <div aria-hidden className="mt-1.5 h-1.5 overflow-hidden rounded-full bg-current/20">
        <div className="h-full rounded-full bg-current" style={{ width: `${verdict.confidence * 100}%` }} />
      </div>
    </div>
  );
}

function Quality({ verdict }: { verdict: Verdict }) {
  const t = useTranslations("deployment");
  return (
    <p className="border-line border-t pt-3 text-ink-faint text-xs">
      {t("quality", {
        before: verdict.quality.preSamples,
        after: verdict.quality.postSamples,
        missed: verdict.quality.missedScrapes,
      })}{" "}
      · {t("decided")} <Instant at={verdict.decidedAt} as="dateTime" />
      {verdict.quality.issues.map((issue) => (
        <span key={issue.key} className="mt-1 block text-warning">
          {issue.text}
        </span>
      ))}
    </p>
  );
}
