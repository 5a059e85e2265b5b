"use client";

import { useQuery } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "next-intl";
import { verdictQueries } from "@/api/verdict-queries";
import { Section } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";

/** How often verdicts that found something were right, by what people said of them. */
export function VerdictQuality({ id }: { id: string }) {
  const t = useTranslations("quality");
  const format = useFormatter();
  const quality = useQuery(verdictQueries.quality(id));
  if (quality.isPending) return <Skeleton className="h-70 lg:h-36" />;
  if (quality.isError) return null;
  const { days, verdicts, found, confirmed, falseAlarms, precision, rollbacks, laterWarnings } = quality.data;
  const share = (value: number | null) =>
    value === null ? null : format.number(value, { style: "percent", maximumFractionDigits: 0 });
  const figures = [
    { name: t("verdicts"), value: format.number(verdicts), note: t("found", { found }) },
    { name: t("precision"), value: share(precision), note: t("judged", { confirmed, falseAlarms }) },
    {
      name: t("rollbacks"),
      value: share(rollbacks.precision),
      note: t("judged", { confirmed: rollbacks.confirmed, falseAlarms: rollbacks.falseAlarms }),
    },
    { name: t("laterWarnings"), value: format.number(laterWarnings), note: t("laterWarningsNote") },
  ];
  return (
    <Section title={t("title")} hint={t("hint", { days })}>
      <dl className="grid grid-cols-2 gap-5 lg:grid-cols-4">
        {figures.map(({ name, value, note }) => (
          <div key={name} className="flex min-w-0 flex-col">
            <dt className="text-ink-faint text-sm">{name}</dt>
            {value === null ? (
              <dd className="mt-1 text-ink-soft text-lg">{t("unknown")}</dd>
            ) : (
              <dd className="num mt-1 font-semibold text-lg">{value}</dd>
            )}
            <dd className="text-ink-faint text-xs">{note}</dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}
