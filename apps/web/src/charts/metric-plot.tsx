import type { PointerEvent, ReactNode } from "react";
import { cn } from "@/components/ui/cn";
import { getGaps, getLeftOut, getSegments, PLOT_HEIGHT, PLOT_WIDTH, type PlotPoint, toY } from "./plot-shape";
import { getTimeShare, type TimeRange } from "./time-scale";
import { getNiceCeiling } from "./value-scale";

/** When what happened: the deployment's own instants, in milliseconds since the epoch. */
export type DeploymentPhases = {
  startedMs: number;
  finishedMs: number | null;
  observeUntilMs: number | null;
};

type MetricPlotProps = {
  label: string;
  points: readonly PlotPoint[];
  range: TimeRange;
  phases: DeploymentPhases;
  ticks: ReadonlyArray<{ atMs: number; label: string }>;
  formatValue: (value: number) => string;
  /** Typical values before and after, drawn as level lines. */
  before?: number | null;
  after?: number | null;
  /** The level from which on it counts as worse, drawn over the observation. */
  limit?: number | null;
  cursorMs?: number;
  onCursor?: (atMs: number | undefined) => void;
  className?: string;
};

const FARTHEST_LIMIT = 2;

/**
 * One metric over time. Lines are an SVG that stretches to any width, everything with words or hatching is HTML over
 * it, so it renders on the server and needs no measuring in the browser.
 */
export function MetricPlot(props: MetricPlotProps) {
  const {
    label,
    points,
    range,
    phases,
    ticks,
    formatValue,
    before,
    after,
    limit,
    cursorMs,
    onCursor,
    className,
  } = props;
  const measured = Math.max(before ?? 0, after ?? 0, ...points.map((it) => it.value ?? 0));
  // A limit far above everything would press the lines flat.
  const shownLimit = typeof limit === "number" && limit <= measured * FARTHEST_LIMIT ? limit : null;
  const highest = Math.max(measured, shownLimit ?? 0);
  const ceiling = getNiceCeiling(highest * 1.08);
  const percent = (atMs: number) => `${getTimeShare(range, atMs) * 100}%`;
  const moveCursor = (event: PointerEvent<HTMLDivElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    onCursor?.(range.fromMs + ((event.clientX - box.left) / box.width) * (range.toMs - range.fromMs));
  };
  return (
    <div className={cn("flex flex-col", className)}>
      <div className="flex min-h-24 flex-1 gap-2">
        <div
          aria-hidden
          className="num flex w-15 shrink-0 flex-col justify-between whitespace-nowrap text-right text-2xs text-ink-faint"
        >
          <span className="-translate-y-1/2">{formatValue(ceiling)}</span>
          <span className="translate-y-1/2">{formatValue(0)}</span>
        </div>
        <div
          role="img"
          aria-label={label}
          className="relative flex-1 border-line border-y"
          onPointerMove={onCursor ? moveCursor : undefined}
          onPointerLeave={onCursor ? () => onCursor(undefined) : undefined}
        >
          <Bands range={range} phases={phases} />
          <LeftOutMarks points={points} range={range} />
          <MissingMarks points={points} range={range} />
          {ticks.map(({ atMs }) => (
            <span key={atMs} className="absolute inset-y-0 w-px bg-line/60" style={{ left: percent(atMs) }} />
          ))}
          <svg
            aria-hidden
            viewBox={`0 0 ${PLOT_WIDTH} ${PLOT_HEIGHT}`}
            preserveAspectRatio="none"
            className="absolute inset-0 size-full overflow-visible"
          >
            <Levels
              range={range}
              phases={phases}
              ceiling={ceiling}
              before={before}
              after={after}
              limit={shownLimit}
            />
            <Lines points={points} range={range} ceiling={ceiling} phases={phases} />
          </svg>
          {phases.startedMs < range.toMs ? <DeployLine left={percent(phases.startedMs)} /> : null}
          {cursorMs === undefined ? null : (
            <span
              className="pointer-events-none absolute inset-y-0 w-px bg-ink/60"
              style={{ left: percent(cursorMs) }}
            />
          )}
        </div>
      </div>
      {ticks.length > 0 ? <TimeAxis ticks={ticks} percent={percent} /> : null}
    </div>
  );
}

function TimeAxis({
  ticks,
  percent,
}: {
  ticks: MetricPlotProps["ticks"];
  percent: (atMs: number) => string;
}): ReactNode {
  return (
    <div aria-hidden className="num @container relative mt-1 ml-17 h-4 text-2xs text-ink-faint">
      {ticks.map(({ atMs, label }, index) => (
        <span
          key={atMs}
          // Every other label goes where the axis is narrow. No measuring: the server's drawing is right at any width.
          className={cn("absolute -translate-x-1/2 whitespace-nowrap", index % 2 === 1 && "@max-md:hidden")}
          // Neither end of a label leaves the plot, however close to the edge its tick is.
          style={{ left: `clamp(${label.length / 2}ch, ${percent(atMs)}, 100% - ${label.length / 2}ch)` }}
        >
          {label}
        </span>
      ))}
    </div>
  );
}

function Bands({ range, phases }: { range: TimeRange; phases: DeploymentPhases }) {
  const { startedMs, finishedMs, observeUntilMs } = phases;
  const deployedMs = finishedMs ?? range.toMs;
  const bands = [
    { key: "baseline", from: range.fromMs, to: startedMs, look: "bg-sunken" },
    { key: "deploying", from: startedMs, to: deployedMs, look: "bg-warning-soft/70" },
    ...(finishedMs === null
      ? []
      : [
          {
            key: "observing",
            from: deployedMs,
            to: observeUntilMs ?? range.toMs,
            look: "bg-seqpulse-soft/60",
          },
        ]),
  ];
  return bands.map(({ key, from, to, look }) => {
    const left = getTimeShare(range, from);
    const width = getTimeShare(range, to) - left;
    if (width <= 0) return null;
    return (
      <span
        key={key}
        className={cn("absolute inset-y-0", look)}
        style={{ left: `${left * 100}%`, width: `${width * 100}%` }}
      />
    );
  });
}

/** Quieter than the baseline around it: what was measured there is shown and compared with nothing. */
function LeftOutMarks({ points, range }: { points: readonly PlotPoint[]; range: TimeRange }) {
  return getLeftOut(points).map(({ fromMs, toMs }) => {
    const [left, right] = [getTimeShare(range, fromMs), getTimeShare(range, toMs)];
    return (
      <span
        key={fromMs}
        className="left-out absolute inset-y-0"
        style={{ left: `${left * 100}%`, width: `max(2px, ${(right - left) * 100}%)` }}
      />
    );
  });
}

function MissingMarks({ points, range }: { points: readonly PlotPoint[]; range: TimeRange }) {
  const width = `max(5px, ${(70 / Math.max(8, points.length)).toFixed(2)}%)`;
  return getGaps(points).map(({ fromMs, toMs }) => {
    const [left, right] = [getTimeShare(range, fromMs), getTimeShare(range, toMs)];
    return (
      <span
        key={fromMs}
        className="hatched absolute inset-y-0"
        style={{
          left: `calc(${left * 100}% - ${width} / 2)`,
          width: `calc(${(right - left) * 100}% + ${width})`,
        }}
      />
    );
  });
}

function DeployLine({ left }: { left: string }) {
  return (
    <span
      className="pointer-events-none absolute inset-y-0 border-ink border-l-2 border-dashed"
      style={{ left }}
    />
  );
}

type LevelsProps = Pick<MetricPlotProps, "range" | "phases" | "before" | "after" | "limit"> & {
  ceiling: number;
};

function Levels({ range, phases, ceiling, before, after, limit }: LevelsProps) {
  const x = (atMs: number) => getTimeShare(range, atMs) * PLOT_WIDTH;
  const line = (fromX: number, toX: number, value: number, look: string) => (
    <path
      d={`M${fromX} ${toY(value, ceiling)}H${toX}`}
      className={look}
      strokeWidth="1.25"
      vectorEffect="non-scaling-stroke"
      fill="none"
    />
  );
  return (
    <>
      {before === null || before === undefined
        ? null
        : line(0, PLOT_WIDTH, before, "stroke-ink-faint [stroke-dasharray:2_3]")}
      {after === null || after === undefined || phases.finishedMs === null
        ? null
        : line(
            x(phases.finishedMs),
            x(phases.observeUntilMs ?? range.toMs),
            after,
            "stroke-seqpulse [stroke-dasharray:6_3]",
          )}
      {limit === null || limit === undefined || phases.finishedMs === null
        ? null
        : line(
            x(phases.finishedMs),
            x(phases.observeUntilMs ?? range.toMs),
            limit,
            "stroke-warning [stroke-dasharray:1_3]",
          )}
    </>
  );
}

/** The others are missing, so that no line leads over them. */
const only = (points: readonly PlotPoint[], isShown: (point: PlotPoint) => boolean): PlotPoint[] =>
  points.map((it) => (isShown(it) ? it : { ...it, value: null }));

const DOTS_UP_TO = 90;

function Lines({
  points,
  range,
  ceiling,
  phases,
}: Pick<MetricPlotProps, "points" | "range" | "phases"> & { ceiling: number }) {
  const afterMs = phases.finishedMs ?? Number.POSITIVE_INFINITY;
  const dots = points.length <= DOTS_UP_TO;
  const parts = [
    {
      key: "before",
      points: only(points, (it) => it.atMs < afterMs && !it.leftOut),
      look: "stroke-ink-soft",
    },
    { key: "leftOut", points: only(points, (it) => it.leftOut === true), look: "stroke-line-field" },
    { key: "after", points: only(points, (it) => it.atMs >= afterMs), look: "stroke-seqpulse" },
  ];
  return parts.flatMap((part) =>
    getSegments(part.points, range, ceiling).map((segment, index) => (
      <g
        key={`${part.key}-${index}`}
        className={part.look}
        fill="none"
        strokeLinejoin="round"
        strokeLinecap="round"
      >
        <path d={segment.path} strokeWidth="1.5" vectorEffect="non-scaling-stroke" />
        {dots
          ? // A line of no length with round ends is a dot that does not stretch with the drawing.
            segment.points.map(({ x, y }) => (
              <path key={x} d={`M${x} ${y}h0`} strokeWidth="4" vectorEffect="non-scaling-stroke" />
            ))
          : null}
      </g>
    )),
  );
}
