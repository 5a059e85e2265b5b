"use client";

import Link from "next/link";
import { useTranslations } from "next-intl";
import type { Run } from "@/api/types";
import { Instant, RelativeTime } from "@/components/instant";
import { RecoveryBadge, RunStateBadge } from "@/components/states";
import { Table, Td, Th, Tr } from "@/components/ui/table";
import { RunNotes, RunResult } from "./run-note";

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
              <Link href={`/app/runs/${run.id}`} className="hover:underline">
                <Instant at={run.plannedAt} as="weekdayTime" timeZone={timeZone} />
              </Link>
            </Td>
            <Td>
              <span className="flex flex-wrap gap-1.5">
                <RunStateBadge run={run} />
                <RecoveryBadge run={run} />
              </span>
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
            <Td className="min-w-56">
              <RunResult run={run} />
              <RunNotes run={run} />
            </Td>
          </Tr>
        ))}
      </tbody>
    </Table>
  );
}
