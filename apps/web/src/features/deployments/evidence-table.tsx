"use client";

import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import type { HintEvidence } from "@/api/types";
import { cn } from "@/components/ui/cn";
import { useEvidenceFormat } from "./use-evidence-format";

/** What a column shows of a line: a figure and what belongs to it; nothing where the verdict kept nothing. */
type Cell = { figure: ReactNode; notes?: ReadonlyArray<string | null> } | null;
type Column = "observed" | "threshold" | "over" | "change" | "beyond" | "sure";
const COLUMNS: readonly Column[] = ["observed", "threshold", "over", "change", "beyond", "sure"];

/**
 * The numbers behind a hint, a line for each signal. In a narrow place a line becomes a block of named figures.
 */
export function EvidenceTable({ evidence }: { evidence: readonly HintEvidence[] }) {
  const t = useTranslations("deployment.evidence");
  const cellsOf = useCells();
  const lines = evidence.map((line) => ({ line, cells: cellsOf(line) }));
  const columns = COLUMNS.filter((column) => lines.some(({ cells }) => cells[column] !== null));
  return (
    <div className="@container mt-3">
      <table
        aria-label={t("label", { count: evidence.length })}
        className="block w-full text-left text-sm @2xl:table"
      >
        <thead className="sr-only @2xl:not-sr-only @2xl:table-header-group">
          <tr>
            {(["signal", ...columns] as const).map((name) => (
              <th
                key={name}
                scope="col"
                className="whitespace-nowrap border-line border-b py-1.5 pr-4 font-medium text-ink-faint text-xs last:pr-0"
              >
                {t(`column.${name}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="flex flex-col gap-2 @2xl:table-row-group">
          {lines.map(({ line, cells }) => (
            <Line key={`${line.measure} ${line.heldTo}`} line={line} cells={cells} columns={columns} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

type LineProps = { line: HintEvidence; cells: Record<Column, Cell>; columns: readonly Column[] };

function Line({ line, cells, columns }: LineProps) {
  const t = useTranslations("deployment.evidence");
  const { nameOf } = useEvidenceFormat();
  return (
    <tr className="grid grid-cols-2 gap-x-4 gap-y-2 rounded-md bg-sunken p-3 @2xl:table-row @2xl:bg-transparent">
      <th
        scope="row"
        className="col-span-2 font-medium @2xl:border-line @2xl:border-b @2xl:py-2 @2xl:pr-4 @2xl:align-top"
      >
        {nameOf(line.measure)}{" "}
        <span className="ml-2 font-normal text-ink-faint text-xs @2xl:ml-0 @2xl:block">
          {t(`heldTo.${line.heldTo}`)}
        </span>
      </th>
      {columns.map((column) => (
        <td
          key={column}
          className={cn(
            "min-w-0 @2xl:border-line @2xl:border-b @2xl:py-2 @2xl:pr-4 @2xl:align-top @2xl:last:pr-0",
            cells[column] === null && "hidden @2xl:table-cell",
          )}
        >
          <span aria-hidden className="block text-ink-faint text-xs @2xl:hidden">
            {t(`column.${column}`)}
          </span>
          <Figure cell={cells[column]} />
        </td>
      ))}
    </tr>
  );
}

function Figure({ cell }: { cell: Cell }) {
  const t = useTranslations("deployment.evidence");
  if (cell === null) {
    return (
      <>
        <span aria-hidden className="text-ink-faint">
          –
        </span>
        <span className="sr-only">{t("absent")}</span>
      </>
    );
  }
  return (
    <>
      <span className="num">{cell.figure}</span>
      {cell.notes?.map((note) =>
        note === null ? null : (
          <span key={note} className="block text-ink-faint text-xs tabular-nums">
            {note}
          </span>
        ),
      )}
    </>
  );
}

/** A line's figures in words. */
function useCells() {
  const t = useTranslations("deployment.evidence");
  const metrics = useTranslations("metrics");
  const { value, difference, share, times } = useEvidenceFormat();
  return (line: HintEvidence): Record<Column, Cell> => {
    const show = (amount: number | null) => (amount === null ? metrics("none") : value(line, amount));
    const optional = (amount: number | null, text: (shown: string) => string, as = show) =>
      amount === null ? null : text(as(amount));
    const percent = (amount: number | null) => (amount === null ? "" : share(amount));
    // A change is not so many times its threshold, but so many times the smallest one that matters.
    const smallestChange = ({ heldTo, threshold: level, before: base }: HintEvidence) =>
      heldTo === "baseline" && level !== null && base !== null
        ? t("ofChange", { value: difference(line, level - base) })
        : null;
    const { before, observed, worst, threshold, exceedRatio, absolute, breachShare, confidence } = line;
    return {
      observed: {
        figure: <Observed before={before === null ? null : show(before)} after={show(observed)} />,
        notes: [optional(worst, (shown) => t("worst", { value: shown }))],
      },
      threshold:
        threshold === null
          ? null
          : {
              figure: show(threshold),
              notes: [optional(line.securedThreshold, (shown) => t("secured", { value: shown }))],
            },
      over: exceedRatio === null ? null : { figure: times(exceedRatio), notes: [smallestChange(line)] },
      change:
        absolute === null
          ? null
          : {
              figure: difference(line, absolute),
              notes: [
                line.low === null || line.high === null
                  ? null
                  : metrics("interval", {
                      low: difference(line, line.low),
                      high: difference(line, line.high),
                    }),
                line.relative === null ? null : t("relative", { value: share(line.relative, "exceptZero") }),
              ],
            },
      beyond:
        breachShare === null
          ? null
          : {
              figure: share(breachShare),
              notes: [
                optional(line.tolerance, (shown) => t("tolerated", { share: shown }), percent),
                optional(line.breachShareBefore, (shown) => t("before", { share: shown }), percent),
              ],
            },
      sure: confidence === null ? null : { figure: share(confidence) },
    };
  };
}

function Observed({ before, after }: { before: string | null; after: string }) {
  const metrics = useTranslations("metrics");
  if (before === null) return after;
  return (
    <>
      <span className="sr-only">{metrics("beforeAfter")}</span>
      <span className="text-ink-soft">{before}</span>
      <span aria-hidden className="mx-1 text-ink-faint">
        {"→"}
      </span>
      <span className="sr-only">{metrics("to")}</span>
      <span className="font-semibold">{after}</span>
    </>
  );
}
