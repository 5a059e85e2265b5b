"use client";

import { ArrowRight } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import type { PolicyPreview as Preview } from "@/api/verdict-queries";
import { Instant } from "@/components/instant";
import { VerdictBadge } from "@/components/states";
import { Section } from "@/components/ui/card";
import { Table, Td, Th, Tr } from "@/components/ui/table";

/** What the last verdicts were, and would have been with what is typed. */
export function PolicyPreview({ preview }: { preview: Preview }) {
  const t = useTranslations("policy.preview");
  const names = useTranslations("metrics.name");
  const hint =
    preview.rows.length === 0
      ? t("none")
      : t("changed", { changed: preview.changed, of: preview.rows.length });
  return (
    <Section title={t("title")} hint={<span role="status">{hint}</span>} bodyClassName="">
      {preview.rows.length > 0 ? (
        <Table label={t("title")}>
          <thead>
            <tr>
              <Th>{t("deployment")}</Th>
              <Th>{t("was")}</Th>
              <Th className="max-md:hidden">{t("wouldBe")}</Th>
              <Th className="max-md:hidden">{t("metrics")}</Th>
            </tr>
          </thead>
          <tbody>
            {preview.rows.map(({ deploymentId, number, environment, startedAt, before, after }) => (
              <Tr key={deploymentId}>
                <Td>
                  <Link
                    href={`/app/deployments/${deploymentId}`}
                    className="font-medium underline-offset-2 hover:underline"
                  >
                    #{number}
                  </Link>{" "}
                  <span className="text-ink-soft">{environment}</span>
                  <span className="block text-ink-faint text-xs">
                    <Instant at={startedAt} as="dateTime" />
                  </span>
                </Td>
                <Td>
                  <VerdictBadge state={before} />
                  <div className="mt-1.5 md:hidden">
                    <span className="sr-only">{t("wouldBe")}</span>
                    <WouldBe before={before} after={after} />
                  </div>
                </Td>
                <Td className="max-md:hidden">
                  <WouldBe before={before} after={after} />
                </Td>
                <Td className="text-ink-soft max-md:hidden">
                  {after?.metrics.map((metric) => names(metric)).join(", ")}
                </Td>
              </Tr>
            ))}
          </tbody>
        </Table>
      ) : null}
    </Section>
  );
}

function WouldBe({ before, after }: Pick<Preview["rows"][number], "before" | "after">) {
  const t = useTranslations("policy.preview");
  if (after === null) return <span className="text-ink-faint">{t("noSamples")}</span>;
  if (after.state === before) return <span className="text-ink-soft">{t("same")}</span>;
  return (
    <span className="flex items-center gap-1.5">
      <ArrowRight aria-hidden className="size-4 text-ink-faint" />
      <VerdictBadge state={after.state} />
    </span>
  );
}
