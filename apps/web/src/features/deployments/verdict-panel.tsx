"use client";

import {
  ChevronRight,
  CircleAlert,
  CircleCheck,
  Info,
  Lightbulb,
  type LucideIcon,
  TriangleAlert,
} from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import type { DeploymentDetail, Verdict } from "@/api/types";
import { Instant } from "@/components/instant";
import { verdictLooks } from "@/components/states";
import type { Tone } from "@/components/ui/badge";
import { cn } from "@/components/ui/cn";
import { Skeleton } from "@/components/ui/skeleton";
import { HINTS_ID } from "./hint-list";
import { VerdictMeters } from "./verdict-meters";

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

/** What is said of a metric that there is too little of. */
const UNJUDGED = ["reason.baseline_too_short", "reason.too_few_samples", "reason.too_few_requests"];

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
  // As high as three reasons are: they become known while somebody reads what stands below.
  const [wasAwaited] = useState(isAwaited(deployment));
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
        <VerdictMeters deployment={deployment} />
      </div>
      <div className={cn("flex flex-col justify-between gap-4 p-5", wasAwaited && "min-h-96 md:min-h-56")}>
        {verdict && verdict.reasons.length > 0 ? (
          <Reasons reasons={verdict.reasons} state={verdictState} />
        ) : (
          <Waiting deployment={deployment} />
        )}
        {verdict ? (
          <div className="flex flex-col gap-3">
            <FirstHint hints={verdict.hints} />
            <Quality verdict={verdict} />
          </div>
        ) : null}
      </div>
    </section>
  );
}

const isAwaited = ({ state }: DeploymentDetail): boolean => state === "running" || state === "observing";

type ReasonsProps = { reasons: Verdict["reasons"]; state: DeploymentDetail["verdictState"] };

/** Why the word above stands there. What could not be judged is folded, where it is not why. */
function Reasons({ reasons, state }: ReasonsProps) {
  const t = useTranslations("deployment");
  const why = reasons.filter(({ message }) => !UNJUDGED.includes(message.key));
  const rest = why.length === 0 ? [] : reasons.filter((it) => !why.includes(it));
  const row = ({ message: { key, text } }: Verdict["reasons"][number], index: number) => {
    const { icon: Icon, look } = ownLooks[key] ?? reasonLooks[state];
    return (
      <li key={`${key}-${index}`} className="flex items-start gap-2.5">
        <Icon aria-hidden className={cn("mt-0.5 size-4 shrink-0", look)} />
        <span className="max-w-prose">{text}</span>
      </li>
    );
  };
  return (
    <div>
      <ul aria-label={t("reasons")} className="flex flex-col gap-2.5">
        {(why.length === 0 ? reasons : why).map(row)}
      </ul>
      {rest.length > 0 ? (
        <details className="group mt-2.5">
          <summary className="flex w-fit list-none items-center gap-2.5 rounded-sm py-0.5 text-ink-soft text-sm hover:text-ink [&::-webkit-details-marker]:hidden">
            <ChevronRight aria-hidden className="size-4 transition-transform group-open:rotate-90" />
            {t("moreReasons", { count: rest.length })}
          </summary>
          <ul className="mt-2 flex flex-col gap-2.5">{rest.map(row)}</ul>
        </details>
      ) : null}
    </div>
  );
}

/** Why there is no reason yet; while they are on their way, their place is seen. */
function Waiting({ deployment: { state } }: { deployment: DeploymentDetail }) {
  const t = useTranslations("deployment.waiting");
  const awaited = state === "running" || state === "observing" ? state : undefined;
  return (
    <div>
      <p className="max-w-prose text-ink-soft">{t(awaited ?? "other")}</p>
      {awaited ? (
        <div aria-hidden className="mt-4 flex max-w-prose flex-col gap-3">
          <Skeleton className="h-3.5 w-4/5" />
          <Skeleton className="h-3.5 w-3/5" />
        </div>
      ) : null}
    </div>
  );
}

/** The most severe hint, for those who read no further. */
function FirstHint({ hints }: { hints: Verdict["hints"] }) {
  const t = useTranslations("deployment");
  const [first, ...others] = hints;
  if (!first) return null;
  return (
    <p className="flex items-start gap-2.5 text-sm">
      <Lightbulb aria-hidden className="mt-0.5 size-4 shrink-0 text-ink-faint" />
      <span>
        {t.rich("firstHint", {
          title: first.title.text,
          others: others.length,
          hint: (title) => (
            <a href={`#${HINTS_ID}`} className="font-medium underline underline-offset-2">
              {title}
            </a>
          ),
        })}
      </span>
    </p>
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
      {/* A line of its own where there is no room for both: the counts grow while somebody reads. */}
      <span className="max-sm:block">
        <span className="max-sm:hidden">· </span>
        {t("decided")} <Instant at={verdict.decidedAt} as="dateTime" />
      </span>
      {verdict.quality.issues.map((issue) => (
        <span key={issue.key} className="mt-1 block text-warning">
          {issue.text}
        </span>
      ))}
    </p>
  );
}
