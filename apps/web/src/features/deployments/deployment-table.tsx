"use client";

import { ArrowDown, ArrowUp, GitBranch } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
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
          <Column name="verdict" sort="verdict" ordering={ordering} />
          {compact ? null : <Column name="state" sort="state" ordering={ordering} />}
          {compact ? null : <Column name="environment" sort="environment" ordering={ordering} />}
          <Column name="started" sort="started" ordering={ordering} isRight={compact} />
          {compact ? null : <Column name="duration" sort="duration" ordering={ordering} isRight />}
        </tr>
      </thead>
      <tbody>
        {deployments.map((it) => (
          <Tr key={it.id}>
            <Td className="max-w-40 sm:max-w-72">
              <Link
                href={`/app/deployments/${it.id}`}
                className="font-medium after:absolute after:inset-0 hover:underline"
              >
                {showProject ? `${it.projectName} ` : null}
                <span className="num">{t("number", { number: it.number })}</span>
              </Link>
              <Origin deployment={it} environment={compact} />
            </Td>
            <Td>
              <span className="flex flex-wrap gap-1">
                <VerdictBadge state={it.verdictState} />
                <DeploymentMarks deployment={it} />
              </span>
            </Td>
            {compact ? null : (
              <>
                <Td>
                  <DeploymentStateBadge state={it.state} />
                </Td>
                <Td className="text-ink-soft">
                  {it.environment}
                  {it.service ? <span className="block text-ink-faint text-xs">{it.service}</span> : null}
                </Td>
              </>
            )}
            <Td className={cn("whitespace-nowrap text-ink-soft", compact && "text-right")}>
              <RelativeTime at={it.startedAt} />
            </Td>
            {compact ? null : (
              <Td className="whitespace-nowrap text-right text-ink-soft">
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
  isRight?: boolean | undefined;
};

/** A column's head; where the list can be ordered, pressing it orders by the column, and again the other way. */
function Column({ name, sort, ordering, isRight = false }: ColumnProps) {
  const t = useTranslations("deployments.column");
  const align = isRight ? "text-right" : undefined;
  if (!ordering) return <Th className={align}>{t(name)}</Th>;
  const { order, queryInOrder } = ordering;
  const isChosen = (order.sort ?? "started") === sort;
  const isUp = isChosen && order.order === "asc";
  const Arrow = isUp ? ArrowUp : ArrowDown;
  return (
    <Th className={align} aria-sort={isChosen ? (isUp ? "ascending" : "descending") : undefined}>
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

function Origin({ deployment, environment }: { deployment: Deployment; environment?: boolean }) {
  const parts = [
    environment ? deployment.environment : null,
    deployment.branch,
    deployment.version,
    deployment.commitSha?.slice(0, 7),
  ].filter(Boolean);
  if (parts.length === 0) return null;
  return (
    <span className="mt-0.5 flex items-center gap-1 text-ink-faint text-xs">
      <GitBranch aria-hidden className="size-3 shrink-0" />
      <span className="truncate">{parts.join(" · ")}</span>
    </span>
  );
}
