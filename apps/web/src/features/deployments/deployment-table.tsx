"use client";

import { GitBranch, RotateCcw } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import type { Deployment } from "@/api/types";
import { RelativeTime } from "@/components/instant";
import { DeploymentStateBadge, VerdictBadge } from "@/components/states";
import { Badge } from "@/components/ui/badge";
import { cn } from "@/components/ui/cn";
import { Table, Td, Th, Tr } from "@/components/ui/table";
import { Duration } from "./duration";

type DeploymentTableProps = {
  deployments: readonly Deployment[];
  showProject?: boolean;
  /** For a narrow place: the environment goes under the name, state and duration are left to the detail page. */
  compact?: boolean;
};

export function DeploymentTable({ deployments, showProject = true, compact }: DeploymentTableProps) {
  const t = useTranslations("deployments");
  return (
    <Table label={t("tableLabel")}>
      <thead>
        <tr>
          <Th>{t("column.deployment")}</Th>
          <Th>{t("column.verdict")}</Th>
          {compact ? null : <Th>{t("column.state")}</Th>}
          {compact ? null : <Th>{t("column.environment")}</Th>}
          <Th className={compact ? "text-right" : undefined}>{t("column.started")}</Th>
          {compact ? null : <Th className="text-right">{t("column.duration")}</Th>}
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
                {it.isRollback ? <Badge icon={RotateCcw}>{t("rollback")}</Badge> : null}
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
