"use client";

import { ArrowDown, ArrowUp, GitBranch } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { Fragment } from "react";
import type { DeploymentOrder } from "@/api/queries";
import type { Deployment, DeploymentSort } from "@/api/types";
import { RelativeTime } from "@/components/instant";
import { ShallowLink } from "@/components/shallow-link";
import { DeploymentStateBadge, VerdictBadge } from "@/components/states";
import { cn } from "@/components/ui/cn";
import { Table, Td, Th, Tr } from "@/components/ui/table";
import { DeploymentMarks } from "./deployment-marks";
import { Duration } from "./duration";

type DeploymentTableProps = {
  deployments: readonly Deployment[];
  showProject?: boolean;
  /** For a narrow place: the environment goes under the name, state and duration are left to the detail page. */
  compact?: boolean;
  /** Where the whole list can be ordered by a column. */
  ordering?: { order: DeploymentOrder; queryInOrder: (order: DeploymentOrder) => string };
};

export function DeploymentTable({
  deployments,
  showProject = true,
  compact,
  ordering,
}: DeploymentTableProps) {
  const t = useTranslations("deployments");
  return (
    <Table label={t("tableLabel")}>
      <thead>
        <tr>
          <Column name="deployment" sort="project" ordering={ordering} />
          <Column name="verdict" sort="verdict" ordering={ordering} className={beside} />
          {compact ? null : <Column name="state" sort="state" ordering={ordering} className={wide} />}
          {compact ? null : (
            <Column name="environment" sort="environment" ordering={ordering} className={wide} />
          )}
          <Column
            name="started"
            sort="started"
            ordering={ordering}
            className={cn(wide, compact && "text-right")}
          />
          {compact ? null : (
            <Column name="duration" sort="duration" ordering={ordering} className={cn(wide, "text-right")} />
          )}
        </tr>
      </thead>
      <tbody>
        {deployments.map((it) => (
          <Tr key={it.id}>
            <Td className="@max-lg:w-full @max-lg:max-w-0 @lg:max-w-60">
              <Link
                href={`/app/deployments/${it.id}`}
                className="font-medium wrap-anywhere after:absolute after:inset-0 hover:underline"
              >
                {showProject ? <bdi>{it.projectName}</bdi> : null}
                {showProject ? " " : null}
                <span className="figure">{t("number", { number: it.number })}</span>
              </Link>
              <Place deployment={it} compact={compact} />
              <Origin deployment={it} />
              <Judged deployment={it} className="mt-1.5 @lg:hidden" />
            </Td>
            <Td className={beside}>
              <Judged deployment={it} />
            </Td>
            {compact ? null : (
              <>
                <Td className={wide}>
                  <DeploymentStateBadge state={it.state} />
                </Td>
                <Td className={cn(wide, "max-w-44 text-ink-soft")}>
                  {it.environment}
                  {it.service ? <span className="block text-ink-faint text-xs">{it.service}</span> : null}
                </Td>
              </>
            )}
            <Td className={cn(wide, "whitespace-nowrap text-ink-soft", compact && "text-right")}>
              <RelativeTime at={it.startedAt} />
            </Td>
            {compact ? null : (
              <Td className={cn(wide, "whitespace-nowrap text-right text-ink-soft")}>
                <Duration fromAt={it.startedAt} toAt={it.finishedAt ?? it.endedAt} />
              </Td>
            )}
          </Tr>
        ))}
      </tbody>
    </Table>
  );
}

type ColumnProps = {
  name: "deployment" | "verdict" | "state" | "environment" | "started" | "duration";
  sort: DeploymentSort;
  ordering: DeploymentTableProps["ordering"];
  className?: string | undefined;
};

/** What a phone has no room for: there each deployment is its name, its place and its verdict. */
const wide = "max-md:hidden";

/** Where there is no room for a second column, its verdict stands under the name. */
const beside = "@max-lg:hidden";

function Judged({ deployment, className }: { deployment: Deployment; className?: string }) {
  return (
    <span className={cn("flex flex-wrap gap-1", className)}>
      <VerdictBadge state={deployment.verdictState} />
      <DeploymentMarks deployment={deployment} />
    </span>
  );
}

/** A column's head; where the list can be ordered, pressing it orders by the column, and again the other way. */
function Column({ name, sort, ordering, className }: ColumnProps) {
  const t = useTranslations("deployments.column");
  if (!ordering) return <Th className={className}>{t(name)}</Th>;
  const { order, queryInOrder } = ordering;
  const isChosen = (order.sort ?? "started") === sort;
  const isUp = isChosen && order.order === "asc";
  const Arrow = isUp ? ArrowUp : ArrowDown;
  return (
    <Th className={className} aria-sort={isChosen ? (isUp ? "ascending" : "descending") : undefined}>
      <ShallowLink
        query={queryInOrder({ sort, order: isChosen && !isUp ? "asc" : "desc" })}
        className="-my-1 inline-flex items-center gap-1 rounded-sm py-1 hover:text-ink"
      >
        {t(name)}
        <Arrow aria-hidden className={cn("size-3", isChosen ? "text-ink" : "invisible")} />
      </ShallowLink>
    </Th>
  );
}

/** Under the name: what a compact table has no columns for, and on a phone when it began, too. */
function Place({ deployment, compact }: { deployment: Deployment; compact?: boolean | undefined }) {
  const { environment, service, startedAt } = deployment;
  return (
    <span className={cn("mt-0.5 block text-ink-soft text-xs", !compact && "md:hidden")}>
      <span className="block truncate">{service ? `${environment} · ${service}` : environment}</span>
      <span className="md:hidden">
        <RelativeTime at={startedAt} />
      </span>
    </span>
  );
}

function Origin({ deployment }: { deployment: Deployment }) {
  const parts = [deployment.branch, deployment.version, deployment.commitSha?.slice(0, 7)].filter(Boolean);
  if (parts.length === 0) return null;
  return (
    <span className="mt-0.5 flex items-center gap-1 text-ink-faint text-xs">
      <GitBranch aria-hidden className="size-3 shrink-0" />
      <span className="truncate">
        {parts.map((part, index) => (
          <Fragment key={`${index} ${part}`}>
            {index > 0 ? " · " : null}
            <bdi>{part}</bdi>
          </Fragment>
        ))}
      </span>
    </span>
  );
}
