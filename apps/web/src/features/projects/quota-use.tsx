"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import { queries } from "@/api/queries";
import type { QuotaUse as Quotas } from "@/api/types";
import { ErrorState } from "@/components/error-state";
import { Instant } from "@/components/instant";
import { Card, Section } from "@/components/ui/card";
import { cn } from "@/components/ui/cn";
import { Skeleton } from "@/components/ui/skeleton";
import { Table, Td, Th, Tr } from "@/components/ui/table";

type Use = Quotas["deployments"];

/** From this share on a limit is worth a look. */
const NEAR = 0.8;

/** What the workspace may use, and what it uses: as a whole, and by project. */
export function QuotaUse() {
  const t = useTranslations("quotas");
  const format = useFormatter();
  const quotas = useQuery(queries.quotas());
  if (quotas.isPending) return <Skeleton className="h-72" />;
  if (quotas.isError)
    return (
      <Card>
        <ErrorState error={quotas.error} onRetry={() => void quotas.refetch()} retrying={quotas.isFetching} />
      </Card>
    );
  const { deployments, projects, perProject, monthEndsAt } = quotas.data;
  return (
    <div className="flex flex-col gap-5">
      <div className="grid gap-4 sm:grid-cols-2">
        <Meter title={t("deployments")} use={deployments}>
          {t("resets")} <Instant at={monthEndsAt} as="dateTime" />
        </Meter>
        <Meter title={t("projects")} use={projects} />
      </div>
      <Section title={t("perProject")} hint={t("perProjectHint")} bodyClassName="border-t border-line p-0">
        {perProject.length === 0 ? (
          <p className="px-5 py-4 text-ink-soft text-sm">{t("noProjects")}</p>
        ) : (
          <Table label={t("perProject")} stacked>
            <thead>
              <tr>
                <Th>{t("column.project")}</Th>
                <Th className="text-right">{t("column.deployments")}</Th>
                <Th className="text-right">{t("column.environments")}</Th>
                <Th className="text-right">{t("column.pathChanges")}</Th>
                <Th className="text-right">{t("column.hostChanges")}</Th>
              </tr>
            </thead>
            <tbody>
              {perProject.map((it) => (
                <Tr key={it.id}>
                  <Td>
                    <Link
                      href={`/app/projects/${it.id}`}
                      className="font-medium after:absolute after:inset-0 hover:underline"
                    >
                      <bdi>{it.name}</bdi>
                    </Link>
                  </Td>
                  <Td name={t("column.deployments")} className="num text-right">
                    {format.number(it.deployments)}
                  </Td>
                  {(["environments", "pathChanges", "hostChanges"] as const).map((column) => (
                    <Td
                      key={column}
                      name={t(`column.${column}`)}
                      className={cn("num text-right", toneOf(it[column]))}
                    >
                      <Amount use={it[column]} />
                    </Td>
                  ))}
                </Tr>
              ))}
            </tbody>
          </Table>
        )}
      </Section>
    </div>
  );
}

function toneOf({ used, limit }: Use): string {
  if (limit === null || used < limit * NEAR || limit === 0) return "";
  return used >= limit ? "text-danger" : "text-warning";
}

function Amount({ use: { used, limit } }: { use: Use }) {
  const t = useTranslations("quotas");
  const format = useFormatter();
  if (limit === null) return <>{format.number(used)}</>;
  return <>{t("of", { used: format.number(used), limit: format.number(limit) })}</>;
}

type MeterProps = { title: string; use: Use; children?: React.ReactNode };

function Meter({ title, use, children }: MeterProps) {
  const t = useTranslations("quotas");
  const { used, limit } = use;
  const share = limit === null ? 0 : limit === 0 ? 1 : Math.min(1, used / limit);
  return (
    <section className="rounded-lg border border-line bg-surface p-5 shadow-card">
      <h2 className="text-ink-soft text-sm">{title}</h2>
      <p className={cn("figure mt-1 font-medium text-xl", toneOf(use))}>
        <Amount use={use} />
      </p>
      {limit === null ? null : (
        <div
          role="meter"
          aria-label={title}
          aria-valuemin={0}
          aria-valuemax={limit}
          aria-valuenow={used}
          className="mt-3 h-1.5 overflow-hidden rounded-full bg-line"
        >
          <div
            className={cn(
              "h-full rounded-full",
              share >= 1 ? "bg-danger" : share >= NEAR ? "bg-warning" : "bg-accent",
            )}
            style={{ width: `${share * 100}%` }}
          />
        </div>
      )}
      <p className="mt-2 text-ink-faint text-xs">{limit === null ? t("unlimited") : children}</p>
    </section>
  );
}
