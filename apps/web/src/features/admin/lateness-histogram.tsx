"use client";

import { useTranslations } from "next-intl";
import type { System } from "@/api/types";
import { Section } from "@/components/ui/card";
import { useMeasures } from "./use-measures";

/** From due to offered: a table whose rows are the buckets, with a bar each. */
export function LatenessHistogram({ lateness }: { lateness: System["lateness"] }) {
  const t = useTranslations("admin.lateness");
  const { number, duration } = useMeasures();
  const most = Math.max(1, ...lateness.buckets.map(({ count }) => count));
  const bounds = lateness.buckets.map(({ belowMs }) => belowMs);
  const nameOf = (belowMs: number | null) =>
    belowMs === null
      ? t("above", { bound: duration(bounds.at(-2) ?? 0) })
      : t("below", { bound: duration(belowMs) });
  return (
    <Section title={t("title")} hint={t("hint", { count: lateness.count })}>
      <table className="w-full text-sm">
        <thead className="sr-only">
          <tr>
            <th scope="col">{t("bucket")}</th>
            <th scope="col">{t("runs")}</th>
          </tr>
        </thead>
        <tbody>
          {lateness.buckets.map(({ belowMs, count }) => (
            <tr key={belowMs ?? "above"}>
              <th
                scope="row"
                className="w-px whitespace-nowrap py-1 pr-4 text-left font-normal text-ink-soft text-xs"
              >
                {nameOf(belowMs)}
              </th>
              <td className="num flex items-center gap-2 py-1 text-xs">
                <span aria-hidden className="h-3.5 min-w-0 flex-1 rounded-sm bg-sunken">
                  <span
                    className="block h-full rounded-sm bg-accent"
                    style={{ width: `${(count / most) * 100}%` }}
                  />
                </span>
                <span className="w-14 shrink-0 text-right">{number(count)}</span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}
