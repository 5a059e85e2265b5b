"use client";

import { useQuery } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "next-intl";
import { queries } from "@/api/queries";
import type { Dora } from "@/api/types";
import { Badge, type Tone } from "@/components/ui/badge";
import { Section } from "@/components/ui/card";
import { cn } from "@/components/ui/cn";
import { DORA_DAYS } from "./dora-days";

const KEYS = ["deploymentFrequency", "leadTime", "changeFailureRate", "timeToRestore"] as const;
type KeyName = (typeof KEYS)[number];
type DoraKey = Dora[KeyName];

const tones: Record<NonNullable<DoraKey["level"]>, Tone> = {
  elite: "ok",
  high: "ok",
  medium: "warning",
  low: "danger",
};

/** How well deployments go: the four keys, each with how it is made and what it was before. */
export function DoraCards() {
  const t = useTranslations("overview.dora");
  const dora = useQuery(queries.dora(DORA_DAYS));
  if (!dora.data) return null;
  return (
    <Section title={t("title", { days: dora.data.window.days })} hint={t("hint")}>
      <ul className="grid gap-x-6 gap-y-5 sm:grid-cols-2 xl:grid-cols-4">
        {KEYS.map((name) => (
          <DoraCard key={name} name={name} of={dora.data[name]} />
        ))}
      </ul>
      <Judgements of={dora.data.judgements} />
      {dora.data.openFailures > 0 ? (
        <p className="mt-4 border-line border-t pt-3 text-sm text-warning">
          {t("open", { count: dora.data.openFailures })}
        </p>
      ) : null}
    </Section>
  );
}

/** What people and dry runs changed of the failures that verdicts alone would count. */
function Judgements({ of }: { of: Dora["judgements"] }) {
  const t = useTranslations("overview.dora.judgements");
  const parts = [
    of.falseAlarms > 0 ? t("falseAlarms", { count: of.falseAlarms }) : null,
    of.confirmed > 0 ? t("confirmed", { count: of.confirmed }) : null,
    of.dryRuns > 0 ? t("dryRuns", { count: of.dryRuns }) : null,
  ].filter((it) => it !== null);
  if (parts.length === 0) return null;
  return <p className="mt-4 text-ink-soft text-xs">{parts.join(" · ")}</p>;
}

function DoraCard({ name, of }: { name: KeyName; of: DoraKey }) {
  const t = useTranslations("overview.dora");
  const format = useDoraFormat();
  const isMeasured = of.value !== null && of.total > 0;
  return (
    <li>
      <p className="text-ink-soft text-sm">{t(`name.${name}`)}</p>
      <p className="mt-1 flex flex-wrap items-center gap-x-2.5 gap-y-1">
        <span
          className={cn("figure font-medium text-xl", isMeasured ? "text-ink" : "text-base text-ink-faint")}
        >
          {isMeasured && of.value !== null ? format(of.unit, of.value) : t("none")}
        </span>
        {/* A rate that is "low" sounds good: what is low is the performance. */}
        {of.level ? <Badge tone={tones[of.level]}>{t(`level.${of.level}`)}</Badge> : null}
      </p>
      <p className="mt-1 text-ink-faint text-xs">
        {name === "leadTime" && of.measured === 0 && of.total > 0 ? t("needsCommit") : t(`made.${name}`)}
      </p>
      <p className="mt-1 flex flex-wrap gap-x-3 text-ink-faint text-xs">
        {of.total > 0 && name !== "deploymentFrequency" ? (
          <span className="tabular-nums">{t(`of.${name}`, { measured: of.measured, total: of.total })}</span>
        ) : null}
        {isMeasured && of.previous !== null ? (
          <span className="tabular-nums">{t("before", { value: format(of.unit, of.previous) })}</span>
        ) : null}
      </p>
    </li>
  );
}

/** A value with its unit in the reader's words: the largest unit that leaves at least one of it. */
function useDoraFormat() {
  const t = useTranslations("overview.dora");
  const format = useFormatter();
  const digits = (value: number) => ({ maximumFractionDigits: value < 10 ? 1 : 0 });
  return (unit: DoraKey["unit"], value: number): string => {
    if (unit === "share") return format.number(value, { style: "percent", maximumFractionDigits: 1 });
    if (unit === "per_day") {
      const isDaily = value >= 1;
      const amount = isDaily ? value : value * 7;
      return t(isDaily ? "perDay" : "perWeek", { value: format.number(amount, digits(amount)) });
    }
    const scale = [
      { name: "day", seconds: 86_400 },
      { name: "hour", seconds: 3_600 },
      { name: "minute", seconds: 60 },
      { name: "second", seconds: 1 },
    ] as const;
    const { name, seconds } = scale.find((it) => value >= it.seconds) ?? scale[3];
    const amount = value / seconds;
    return format.number(amount, { style: "unit", unit: name, unitDisplay: "long", ...digits(amount) });
  };
}
