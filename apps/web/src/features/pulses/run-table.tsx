"use client";

import Link from "next/link";
import { useTranslations } from "next-intl";
import type { Run } from "@/api/types";
import { Instant, RelativeTime } from "@/components/instant";
import { RecoveryBadge, RunStateBadge } from "@/components/states";
import { cn } from "@/components/ui/cn";
import { Table, Td, Th, Tr } from "@/components/ui/table";
import { RunNotes, RunResult } from "./run-note";

type RunTableProps = { runs: readonly Run[]; showPulse?: boolean; timeZone?: string };

/** What stands in the first column where there is room for two, and in columns of its own where there is more. */
const looks = {
  withPulse: { narrow: "@max-4xl:align-top", column: "@max-4xl:hidden", below: "@4xl:hidden" },
  withoutPulse: { narrow: "@max-xl:align-top", column: "@max-xl:hidden", below: "@xl:hidden" },
};

export function RunTable({ runs, showPulse = true, timeZone }: RunTableProps) {
  const { narrow, column, below } = looks[showPulse ? "withPulse" : "withoutPulse"];
  const t = useTranslations("runs");
  return (
    <Table label={t("tableLabel")}>
      <thead>
        <tr>
          <Th>{t("column.planned")}</Th>
          <Th className={column}>{t("column.state")}</Th>
          {showPulse ? <Th className={column}>{t("column.pulse")}</Th> : null}
          <Th className={column}>{t("column.ended")}</Th>
          <Th>{t("column.result")}</Th>
        </tr>
      </thead>
      <tbody>
        {runs.map((run) => (
          <Tr key={run.id}>
            <Td className={narrow}>
              <Link href={`/app/runs/${run.id}`} className="hover:underline @xl:whitespace-nowrap">
                <Instant at={run.plannedAt} as="weekdayTime" timeZone={timeZone} />
              </Link>
              <div className={cn("mt-1 flex flex-col gap-1.5", below)}>
                {showPulse ? <RunName run={run} /> : null}
                <RunBadges run={run} />
              </div>
            </Td>
            <Td className={column}>
              <RunBadges run={run} />
            </Td>
            {showPulse ? (
              <Td className={cn(column, "max-w-56 truncate")}>
                <RunName run={run} />
              </Td>
            ) : null}
            <Td className={cn(column, "whitespace-nowrap text-ink-soft")}>
              {run.endedAt ? <RelativeTime at={run.endedAt} /> : t("notEnded")}
            </Td>
            <Td className={cn(narrow, "@xl:min-w-48")}>
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
