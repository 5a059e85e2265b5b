"use client";

import { GitCommitHorizontal } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import type { Run } from "@/api/types";
import { Instant, RelativeTime } from "@/components/instant";
import { Reason } from "@/components/reason";
import { RunStateBadge } from "@/components/states";
import { Table, Td, Th, Tr } from "@/components/ui/table";

type RunTableProps = { runs: readonly Run[]; showPulse?: boolean; timeZone?: string };

export function RunTable({ runs, showPulse = true, timeZone }: RunTableProps) {
  const t = useTranslations("runs");
  return (
    <Table label={t("tableLabel")}>
      <thead>
        <tr>
          <Th>{t("column.planned")}</Th>
          <Th>{t("column.state")}</Th>
          {showPulse ? <Th>{t("column.pulse")}</Th> : null}
          <Th>{t("column.ended")}</Th>
          <Th>{t("column.result")}</Th>
        </tr>
      </thead>
      <tbody>
        {runs.map((run) => (
          <Tr key={run.id}>
            <Td className="whitespace-nowrap">
              <Instant at={run.plannedAt} as="weekdayTime" timeZone={timeZone} />
            </Td>
            <Td>
              <RunStateBadge run={run} />
            </Td>
            {showPulse ? (
              <Td className="max-w-56 truncate">
                {run.pulseId ? (
                  <Link href={`/app/pulses/${run.pulseId}`} className="hover:underline">
                    {run.pulseName ?? t(`kind.${run.kind}`)}
                  </Link>
                ) : (
                  <span className="text-ink-soft">{t(`kind.${run.kind}`)}</span>
                )}
              </Td>
            ) : null}
            <Td className="whitespace-nowrap text-ink-soft">
              {run.endedAt ? <RelativeTime at={run.endedAt} /> : t("notEnded")}
            </Td>
            <Td className="min-w-48">
              <RunResult run={run} />
            </Td>
          </Tr>
        ))}
      </tbody>
    </Table>
  );
}

/** The commit that a run made, or why there is none. */
export function RunResult({ run }: { run: Run }) {
  const t = useTranslations("runs");
  if (run.commitUrl && run.commitSha) {
    return (
      <a
        href={run.commitUrl}
        target="_blank"
        rel="noreferrer"
        aria-label={t("openCommit", { sha: run.commitSha.slice(0, 7) })}
        className="inline-flex items-center gap-1.5 text-accent underline underline-offset-2"
      >
        <GitCommitHorizontal aria-hidden className="size-4" />
        <code className="font-mono text-xs">{run.commitSha.slice(0, 7)}</code>
      </a>
    );
  }
  if (run.reason) return <Reason code={run.reason} className="text-ink-soft text-xs" />;
  return <span className="text-ink-faint">{t("noResult")}</span>;
}
