"use client";

import { useQuery } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "next-intl";
import type { PolicyDocument, PolicyScope } from "@/api/verdict-queries";
import { verdictQueries } from "@/api/verdict-queries";
import { RelativeTime } from "@/components/instant";
import { Button } from "@/components/ui/button";
import { Section } from "@/components/ui/card";
import { POLICY_METRICS } from "./policy-draft";

type PolicyHistoryProps = {
  projectId: string;
  scope: PolicyScope;
  onLoad: (version: { version: number; document: PolicyDocument }) => void;
};

/** The versions of one scope's rules; an earlier one can be taken as what the next begins with. */
export function PolicyHistory({ projectId, scope, onLoad }: PolicyHistoryProps) {
  const t = useTranslations("policy.history");
  const history = useQuery(verdictQueries.policyHistory(projectId, scope));
  if (scope.version === 0 || !history.data) return null;
  return (
    <Section title={t("title")} hint={t("hint")}>
      <ol className="flex flex-col divide-y divide-line text-sm">
        {history.data.rows.map((row) => (
          <li
            key={row.version}
            className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 py-2 first:pt-0"
          >
            <span className="min-w-0">
              <span className="font-medium">{t("version", { version: row.version })}</span>
              <span className="text-ink-faint text-xs">
                {" · "}
                <RelativeTime at={row.changedAt} />
              </span>
              <Rules document={row.document} />
            </span>
            {row.version === scope.version ? (
              <span className="text-ink-faint text-xs">{t("inForce")}</span>
            ) : (
              <Button size="sm" onClick={() => onLoad(row)}>
                {t("load", { version: row.version })}
              </Button>
            )}
          </li>
        ))}
      </ol>
    </Section>
  );
}

/** What a version has rules of. */
function Rules({ document }: { document: PolicyDocument }) {
  const t = useTranslations("policy");
  const names = useTranslations("metrics.name");
  const format = useFormatter();
  const said = [
    ...(document.dryRun ? [t("dryRun.label")] : []),
    ...POLICY_METRICS.filter((metric) => document.metrics?.[metric] !== undefined).map((metric) =>
      names(metric),
    ),
  ];
  return (
    <span className="block text-ink-soft text-xs">
      {said.length > 0 ? format.list(said) : t("history.inherited")}
    </span>
  );
}
