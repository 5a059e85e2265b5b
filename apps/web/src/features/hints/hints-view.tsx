"use client";

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { CircleAlert, FlaskConical, Info, Lightbulb, TriangleAlert } from "lucide-react";
import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import { type HintChoice, queries } from "@/api/queries";
import type { HintedDeployment } from "@/api/types";
import { RelativeTime } from "@/components/instant";
import { PageList } from "@/components/page-list";
import { ShallowLink } from "@/components/shallow-link";
import { VerdictBadge } from "@/components/states";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { cn } from "@/components/ui/cn";
import { EmptyState } from "@/components/ui/empty-state";
import { DeploymentMarks } from "../deployments/deployment-marks";
import { HintRow } from "../deployments/hint-list";
import { useHintChoice } from "./use-hint-choice";

const SEVERITIES = [
  { severity: "critical", icon: CircleAlert, tone: "text-danger" },
  { severity: "warning", icon: TriangleAlert, tone: "text-warning" },
  { severity: "info", icon: Info, tone: "text-ink-soft" },
] as const;

/** What to look at first, across deployments or in one project; a count narrows the list to what it counted. */
export function HintsView({ projectId }: { projectId?: string }) {
  const t = useTranslations("hints");
  const { choice, queryOf } = useHintChoice();
  const hints = useInfiniteQuery(queries.hints({ projectId, choice }));
  return (
    <>
      <Counters projectId={projectId} chosen={choice} queryOf={queryOf} />
      <PageList
        query={hints}
        empty={
          <Card>
            <EmptyState
              icon={Lightbulb}
              title={t(choice ? "noneSuch" : "empty")}
              action={
                choice || projectId ? undefined : (
                  <Button asChild>
                    <Link href="/app/deployments">{t("emptyAction")}</Link>
                  </Button>
                )
              }
            >
              {t("emptyHint")}
            </EmptyState>
          </Card>
        }
      >
        {(rows) => (
          <ul className="flex flex-col gap-4">
            {rows.map((row) => (
              <Hinted key={row.deployment.id} row={row} showProject={projectId === undefined} />
            ))}
          </ul>
        )}
      </PageList>
    </>
  );
}

type CountersProps = {
  projectId: string | undefined;
  chosen: HintChoice | undefined;
  queryOf: (choice: HintChoice | undefined) => string;
};

function Counters({ projectId, chosen, queryOf }: CountersProps) {
  const t = useTranslations("hints");
  const severities = useTranslations("deployment.severity");
  const format = useFormatter();
  const counts = useQuery(queries.hintCounts(projectId));
  if (!counts.data) return null;
  const { days, dryRun, ...bySeverity } = counts.data;
  return (
    <section aria-label={t("counts", { days })} className="mb-5">
      <h2 className="mb-2.5 font-medium text-ink-soft text-sm">{t("counts", { days })}</h2>
      <ul className="grid grid-cols-3 gap-3">
        {SEVERITIES.map(({ severity, icon: Icon, tone }) => (
          <li key={severity}>
            <ShallowLink
              query={queryOf(chosen === severity ? undefined : severity)}
              aria-current={chosen === severity ? "true" : undefined}
              className="block w-full rounded-lg border border-line bg-surface p-4 text-left shadow-card hover:border-line-strong aria-[current]:border-accent"
            >
              <span className="flex items-center justify-between gap-2 text-ink-soft text-sm">
                {severities(severity)}
                <Icon
                  aria-hidden
                  className={cn("size-4.5 shrink-0", bySeverity[severity] > 0 ? tone : "text-ink-faint")}
                />
              </span>
              <span className="figure mt-1.5 block font-medium text-xl">
                {format.number(bySeverity[severity])}
              </span>
            </ShallowLink>
          </li>
        ))}
      </ul>
      {dryRun > 0 || chosen === "dryRun" ? (
        <ShallowLink
          query={queryOf(chosen === "dryRun" ? undefined : "dryRun")}
          aria-current={chosen === "dryRun" ? "true" : undefined}
          className="mt-2 inline-flex h-8 items-center gap-1.5 rounded-md px-2 text-ink-soft text-sm hover:bg-hover hover:text-ink aria-[current]:text-accent"
        >
          <FlaskConical aria-hidden className="size-4" />
          {t("dryRun", { count: dryRun })}
        </ShallowLink>
      ) : null}
    </section>
  );
}

function Hinted({
  row: { deployment, hints },
  showProject,
}: {
  row: HintedDeployment;
  showProject: boolean;
}) {
  const numbers = useTranslations("deployments");
  return (
    <li className="overflow-hidden rounded-lg border border-line bg-surface shadow-card">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5 border-line border-b bg-sunken px-5 py-3 text-sm">
        <Link
          href={`/app/deployments/${deployment.id}`}
          className="min-w-0 py-0.5 font-medium wrap-anywhere hover:underline"
        >
          {showProject ? <bdi className="mr-1">{deployment.projectName}</bdi> : null}
          <span className="figure">{numbers("number", { number: deployment.number })}</span>
        </Link>
        <span className="text-ink-soft">{deployment.environment}</span>
        <span className="flex flex-wrap gap-1">
          <VerdictBadge state={deployment.verdictState} />
          <DeploymentMarks deployment={deployment} />
        </span>
        <span className="ml-auto text-ink-faint text-xs">
          <RelativeTime at={deployment.startedAt} />
        </span>
      </div>
      <ul>
        {hints.map((hint, index) => (
          <HintRow key={`${hint.code}-${index}`} hint={hint} />
        ))}
      </ul>
    </li>
  );
}
