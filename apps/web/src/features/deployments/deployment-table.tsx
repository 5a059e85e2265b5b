"use client";

import { GitBranch } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import type { Deployment } from "@/api/types";
import { RelativeTime } from "@/components/instant";
import { DeploymentStateBadge, VerdictBadge } from "@/components/states";
import { Table, Td, Th, Tr } from "@/components/ui/table";
import { Duration } from "./duration";

type DeploymentTableProps = { deployments: readonly Deployment[]; showProject?: boolean };

export function DeploymentTable({ deployments, showProject = true }: DeploymentTableProps) {
  const t = useTranslations("deployments");
  return (
    <Table label={t("tableLabel")}>
      <thead>
        <tr>
          <Th>{t("column.deployment")}</Th>
          <Th>{t("column.verdict")}</Th>
          <Th>{t("column.state")}</Th>
          <Th>{t("column.environment")}</Th>
          <Th>{t("column.started")}</Th>
          <Th className="text-right">{t("column.duration")}</Th>
        </tr>
      </thead>
      <tbody>
        {deployments.map((it) => (
          <Tr key={it.id}>
            <Td className="max-w-72">
              <Link
                href={`/app/deployments/${it.id}`}
                className="font-medium after:absolute after:inset-0 hover:underline"
              >
                {showProject ? `${it.projectName} ` : null}
                <span className="num">{t("number", { number: it.number })}</span>
              </Link>
              <Origin deployment={it} />
            </Td>
            <Td>
              <VerdictBadge state={it.verdictState} />
            </Td>
            <Td>
              <DeploymentStateBadge state={it.state} />
            </Td>
            <Td className="text-ink-soft">{it.environment}</Td>
            <Td className="whitespace-nowrap text-ink-soft">
              <RelativeTime at={it.startedAt} />
            </Td>
            <Td className="whitespace-nowrap text-right text-ink-soft">
              <Duration fromAt={it.startedAt} toAt={it.finishedAt ?? it.endedAt} />
            </Td>
          </Tr>
        ))}
      </tbody>
    </Table>
  );
}

function Origin({ deployment }: { deployment: Deployment }) {
  const parts = [deployment.branch, deployment.version, deployment.commitSha?.slice(0, 7)].filter(Boolean);
  if (parts.length === 0) return null;
  return (
    <span className="mt-0.5 flex items-center gap-1 text-ink-faint text-xs">
      <GitBranch aria-hidden className="size-3 shrink-0" />
      <span className="truncate">{parts.join(" · ")}</span>
    </span>
  );
}
