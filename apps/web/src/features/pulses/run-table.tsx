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
          <Th className="max-sm:hidden">{t("column.state")}</Th>
          {showPulse ? <Th className="max-sm:hidden">{t("column.pulse")}</Th> : null}
          <Th className="max-sm:hidden">{t("column.ended")}</Th>
          <Th>{t("column.result")}</Th>
        </tr>
      </thead>
      <tbody>
        {runs.map((run) => (
          <Tr key={run.id}>
            <Td className="max-sm:align-top sm:whitespace-nowrap">
              <Link href={`/app/runs/${run.id}`} className="hover:underline">
                <Instant at={run.plannedAt} as="weekdayTime" timeZone={timeZone} />
              </Link>
              {/* Narrow screens have room for two columns: what comes first, and why. */}
              <div className="mt-1 flex flex-col gap-1.5 sm:hidden">
                {showPulse ? <RunName run={run} /> : null}
                <RunBadges run={run} />
              </div>
            </Td>
            <Td className="max-sm:hidden">
              <RunBadges run={run} />
            </Td>
            {showPulse ? (
              <Td className="max-w-56 truncate max-sm:hidden">
                <RunName run={run} />
              </Td>
            ) : null}
            <Td className="whitespace-nowrap text-ink-soft max-sm:hidden">
              {run.endedAt ? <RelativeTime at={run.endedAt} /> : t("notEnded")}
            </Td>
            <Td className="max-sm:align-top sm:min-w-56">
              <RunResult run={run} />
              <RunNotes run={run} />
            </Td>
          </Tr>
        ))}
      </tbody>
    </Table>
  );
}

function RunBadges({ run }: { run: Run }) {
  return (
    <span className="flex flex-wrap gap-1.5">
      <RunStateBadge run={run} />
      <RecoveryBadge run={run} />
    </span>
  );
}

function RunName({ run }: { run: Run }) {
  const t = useTranslations("runs");
  if (!run.pulseId) return <span className="text-ink-soft">{t(`kind.${run.kind}`)}</span>;
  return (
    <Link href={`/app/pulses/${run.pulseId}`} className="hover:underline">
      {run.pulseName ?? t(`kind.${run.kind}`)}
    </Link>
  );
}
