"use client";

import { GitCommitHorizontal } from "lucide-react";
import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import type { ReactNode } from "react";
import type { Run } from "@/api/types";
import { Instant, RelativeTime } from "@/components/instant";
import { Reason } from "@/components/reason";
import { DAY_CLOCK } from "@/i18n/clock";

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
  if (run.reason) return <Reason of="runReasons" code={run.reason} className="text-ink-soft text-xs" />;
  return <span className="text-ink-faint">{t(run.endedAt === null ? "noResult" : "noCommit")}</span>;
}

/** What follows from a run's state: when its worker comes, when it is tried again, which run makes up for it. */
export function RunNotes({ run }: { run: Run }) {
  return (
    <>
      <RetryNote run={run} />
      <CheckInNote run={run} />
      <RecoveryNote run={run} />
    </>
  );
}

function RetryNote({ run: { retryAt, attempts } }: { run: Run }) {
  const t = useTranslations("runs");
  if (retryAt === null) return null;
  return (
    <Note>{t.rich("retry", { attempt: attempts + 1, at: () => <Instant at={retryAt} as="time" /> })}</Note>
  );
}

/** Of a late run that waits for its worker. No promise: GitHub decides when the worker starts. */
function CheckInNote({ run }: { run: Run }) {
  const t = useTranslations("runs");
  const { workerNextCheckInAt: at, windowEndsAt } = run;
  if (!run.late || run.state === "claimed") return null;
  return (
    <>
      <Note>
        {at === null
          ? t("checkInUnknown")
          : t.rich("nextCheckIn", { when: () => <RelativeTime expected at={at} /> })}
      </Note>
      <Note>{t.rich("missedAfter", { at: () => <Instant at={windowEndsAt} as="weekdayTime" /> })}</Note>
    </>
  );
}

function RecoveryNote({ run }: { run: Run }) {
  const t = useTranslations("runs");
  const format = useFormatter();
  const write = (at: string) => format.dateTime(new Date(at), DAY_CLOCK);
  const link = (id: string) => (chunks: ReactNode) => (
    <Link href={`/app/runs/${id}`} className="text-accent underline underline-offset-2">
      {chunks}
    </Link>
  );
  const { recoveredBy, recoversRunId, nominalAt } = run;
  return (
    <>
      {recoversRunId === null ? null : (
        <Note>{t.rich("recovers", { at: write(nominalAt), run: link(recoversRunId) })}</Note>
      )}
      {recoveredBy === null ? null : (
        <Note>
          {t.rich(RECOVERY_TEXTS[recoveredBy.state], {
            at: write(recoveredBy.plannedAt),
            run: link(recoveredBy.runId),
          })}
        </Note>
      )}
    </>
  );
}

/** Whether the run that makes up for a missed one has done so, may still do so, or will not. */
const RECOVERY_TEXTS = {
  planned: "willBeMadeUp",
  queued: "willBeMadeUp",
  offered: "willBeMadeUp",
  claimed: "willBeMadeUp",
  succeeded: "madeUpBy",
  failed: "notMadeUp",
  missed: "notMadeUp",
  cancelled: "notMadeUp",
  skipped: "notMadeUp",
  unknown: "notMadeUp",
} as const satisfies Record<Run["state"], string>;

const Note = ({ children }: { children: ReactNode }) => (
  <span className="mt-0.5 block text-ink-faint text-xs">{children}</span>
);
