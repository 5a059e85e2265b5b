import { GitCommitHorizontal, Undo2 } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { MetricPlot } from "@/charts/metric-plot";

// Drawn for the page, and labelled so: a service whose slow requests get slower after a deployment.
const LATENCY_MS = [
  208,
  214,
  211,
  205,
  213,
  216,
  209,
  212,
  207,
  215,
  210,
  213,
  null,
  231,
  262,
  281,
  294,
  288,
  301,
  284,
  292,
  297,
  286,
  290,
];
const STEP_MS = 10_000;
const STARTED_MS = 11.5 * STEP_MS;
const FINISHED_MS = 13.5 * STEP_MS;
const END_MS = (LATENCY_MS.length - 0.6) * STEP_MS;

/** What is measured and decided, as an example; the step that does not exist yet is drawn as an outline. */
export function LoopFigure() {
  const t = useTranslations("landing.figure");
  const points = LATENCY_MS.map((value, index) => ({ atMs: index * STEP_MS, value }));
  return (
    <figure className="flex min-w-0 flex-col">
      <div className="flex flex-col">
        <Step product="seqpulse" title={t("observe")}>
          <p className="num mb-3 text-sm">
            <span className="text-ink-soft">{t("before")}</span>
            <span aria-hidden className="mx-1.5 text-ink-faint">
              {"→"}
            </span>
            <span className="font-semibold">{t("after")}</span>
            <span className="ml-2.5 text-ink-soft">{t("shift")}</span>
          </p>
          <MetricPlot
            label={t("plot")}
            points={points}
            range={{ fromMs: 0, toMs: END_MS }}
            phases={{ startedMs: STARTED_MS, finishedMs: FINISHED_MS, observeUntilMs: END_MS }}
            ticks={[]}
            formatValue={(value) => t("value", { value })}
            before={211}
            after={290}
          />
        </Step>
        <Step product="seqpulse" title={t("decide")}>
          <p className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
            <span className="inline-flex items-center gap-2 rounded-full bg-danger-soft px-3 py-1 font-medium text-danger text-sm">
              <Undo2 aria-hidden className="size-4" />
              {t("verdict")}
            </span>
            <span className="num text-ink-soft text-sm">{t("confidence")}</span>
          </p>
        </Step>
        <Step product="keepstreak" title={t("act")} last planned>
          <p className="flex items-center gap-2.5 text-ink-soft text-sm">
            <GitCommitHorizontal aria-hidden className="size-4 shrink-0 text-ink-faint" />
            {t("run")}
          </p>
        </Step>
      </div>
      <figcaption className="mt-3 text-right text-ink-faint text-xs">{t("caption")}</figcaption>
    </figure>
  );
}

type StepProps = {
  product: "seqpulse" | "keepstreak";
  title: string;
  last?: boolean;
  /** Not built yet. */
  planned?: boolean;
  children: ReactNode;
};

function Step({ product, title, last, planned, children }: StepProps) {
  return (
    <div data-product={product} className="relative pb-4 pl-7">
      {last ? null : (
        <span aria-hidden className="absolute top-5 -bottom-5 left-[0.4375rem] w-px bg-line-strong" />
      )}
      <span
        aria-hidden
        className={
          planned
            ? "absolute top-4 left-0 size-3.75 rounded-full border border-line-field border-dashed bg-canvas"
            : "absolute top-4 left-0 size-3.75 rounded-full border-[3px] border-accent bg-canvas"
        }
      />
      <div
        className={
          planned
            ? "rounded-lg border border-line-field border-dashed p-4"
            : "rounded-lg border border-line bg-surface p-4 shadow-card"
        }
      >
        <p className="mb-2.5 font-medium text-ink-faint text-xs">{title}</p>
        {children}
      </div>
    </div>
  );
}
