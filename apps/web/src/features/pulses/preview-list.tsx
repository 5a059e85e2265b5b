"use client";

import type { PulsePreview } from "@pulsekeep/contracts/api/pulses";
import { CalendarClock, CalendarOff, Clock, TriangleAlert } from "lucide-react";
import { useFormatter, useTranslations } from "next-intl";
import { type ReactNode, useState } from "react";
import { Instant } from "@/components/instant";
import { Button } from "@/components/ui/button";
import { DAILY_COMMITS, findCrowdedDate, listPreviewRows, type PreviewRow } from "./preview-rows";

const SHOWN_RUNS = 10;

type PreviewListProps = {
  preview: PulsePreview;
  timeZone: string;
  /** Whether the schedule counts elapsed time, which a change of the clocks does not move. */
  elapsed: boolean;
};

/** The next runs, with what is left out between them and the changes of the clocks. */
export function PreviewList({ preview, timeZone, elapsed }: PreviewListProps) {
  const t = useTranslations("pulseForm");
  const [all, setAll] = useState(false);
  const rows = listPreviewRows(preview, timeZone);
  const hidden = all ? 0 : Math.max(0, preview.runs.length - SHOWN_RUNS);
  const shown = hidden === 0 ? rows : rows.slice(0, indexAfter(rows, SHOWN_RUNS));
  return (
    <>
      <Crowded preview={preview} timeZone={timeZone} />
      {preview.runs.length === 0 ? <p className="text-ink-soft text-sm">{t("previewNone")}</p> : null}
      <ol className="flex flex-col text-sm">
        {shown.map((row) => (
          <li
            key={`${row.kind} ${row.at}`}
            className="flex items-start gap-3 border-line border-b py-2 last:border-b-0"
          >
            <Row row={row} timeZone={timeZone} elapsed={elapsed} />
          </li>
        ))}
      </ol>
      {hidden > 0 ? (
        <Button size="sm" className="mt-3" onClick={() => setAll(true)}>
          {t("previewAll", { count: preview.runs.length })}
        </Button>
      ) : null}
    </>
  );
}

/** Where the rows end that belong to the first `count` runs. */
function indexAfter(rows: readonly PreviewRow[], count: number): number {
  let seen = 0;
  const index = rows.findIndex(({ kind }) => {
    if (kind === "run") seen += 1;
    return seen > count;
  });
  return index < 0 ? rows.length : index;
}

type RowProps = { row: PreviewRow; timeZone: string; elapsed: boolean };

function Row({ row, timeZone, elapsed }: RowProps) {
  if (row.kind === "gap") return <GapRow gap={row.gap} />;
  if (row.kind === "clock") return <ClockRow change={row.change} timeZone={timeZone} elapsed={elapsed} />;
  return <RunRow run={row.run} timeZone={timeZone} />;
}

function RunRow({ run, timeZone }: { run: PulsePreview["runs"][number]; timeZone: string }) {
  const t = useTranslations("pulseForm");
  const at = (instant: string) => <Instant at={instant} as="time" timeZone={timeZone} />;
  return (
    <>
      <CalendarClock aria-hidden className="mt-0.5 size-4 shrink-0 text-accent" />
      <Instant at={run.nominalAt} as="day" timeZone={timeZone} className="flex-1" />
      <span className="whitespace-nowrap text-ink-soft tabular-nums">
        {run.earliestAt === run.latestAt
          ? at(run.nominalAt)
          : t.rich("previewWindow", { from: () => at(run.earliestAt), until: () => at(run.latestAt) })}
      </span>
    </>
  );
}

function GapRow({ gap }: { gap: PulsePreview["gaps"][number] }) {
  const t = useTranslations("pulseForm.gap");
  const format = useFormatter();
  const day = (date: string) =>
    format.dateTime(new Date(`${date}T00:00:00Z`), {
      weekday: "short",
      day: "numeric",
      month: "short",
      timeZone: "UTC",
    });
  const days =
    gap.fromDate === gap.untilDate
      ? day(gap.fromDate)
      : t("days", { from: day(gap.fromDate), until: day(gap.untilDate) });
  return (
    <Aside icon={<CalendarOff aria-hidden className="mt-0.5 size-4 shrink-0" />}>
      {t(gap.reason, { days })}
    </Aside>
  );
}

type ClockRowProps = { change: { at: string; minutes: number }; timeZone: string; elapsed: boolean };

function ClockRow({ change, timeZone, elapsed }: ClockRowProps) {
  const t = useTranslations("pulseForm.clock");
  const minutes = Math.abs(change.minutes);
  return (
    <Aside icon={<Clock aria-hidden className="mt-0.5 size-4 shrink-0" />}>
      {t.rich(change.minutes > 0 ? "forward" : "back", {
        minutes,
        at: () => <Instant at={change.at} as="day" timeZone={timeZone} />,
      })}{" "}
      {t(elapsed ? "moves" : "keeps")}
    </Aside>
  );
}

const Aside = ({ icon, children }: { icon: ReactNode; children: ReactNode }) => (
  <span className="flex min-w-0 gap-3 text-ink-faint text-xs leading-5">
    {icon}
    <span>{children}</span>
  </span>
);

function Crowded({ preview, timeZone }: Pick<PreviewListProps, "preview" | "timeZone">) {
  const t = useTranslations("pulseForm");
  const format = useFormatter();
  const date = findCrowdedDate(preview.runs, timeZone);
  if (date === undefined) return null;
  const day = format.dateTime(new Date(`${date}T00:00:00Z`), { dateStyle: "medium", timeZone: "UTC" });
  return (
    <p className="mb-3 flex gap-2 rounded-md bg-warning-soft p-3 text-warning text-xs">
      <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
      {t("crowded", { day, count: DAILY_COMMITS })}
    </p>
  );
}
