import { getTimeShare, type TimeRange } from "./time-scale";

/** `leftOut`: measured, and no part of what is compared. */
export type PlotPoint = { atMs: number; value: number | null; leftOut?: boolean };
export type PlotSegment = { path: string; points: ReadonlyArray<{ x: number; y: number }> };

/** The plot's own coordinates: the drawing is stretched to the width it gets. */
export const PLOT_WIDTH = 1_000;
export const PLOT_HEIGHT = 100;

/** Lines of neighbouring samples. A missing sample ends a line: nothing is drawn where nothing was measured. */
export function getSegments(points: readonly PlotPoint[], range: TimeRange, ceiling: number): PlotSegment[] {
  const segments: PlotSegment[] = [];
  let open: Array<{ x: number; y: number }> = [];
  const close = () => {
    if (open.length > 0) segments.push({ path: toPath(open), points: open });
    open = [];
  };
  for (const point of points) {
    if (point.value === null) close();
    else open.push({ x: round(getTimeShare(range, point.atMs) * PLOT_WIDTH), y: toY(point.value, ceiling) });
  }
  close();
  return segments;
}

/** Neighbouring samples that are missing are one gap, from the first of them to the last. */
export function getGaps(points: readonly PlotPoint[]): Array<{ fromMs: number; toMs: number }> {
  const gaps: Array<{ fromMs: number; toMs: number }> = [];
  let open: { fromMs: number; toMs: number } | undefined;
  for (const { atMs, value } of points) {
    if (value !== null) open = undefined;
    else if (open) open.toMs = atMs;
    else {
      open = { fromMs: atMs, toMs: atMs };
      gaps.push(open);
    }
  }
  return gaps;
}

/** Neighbouring points that are left out are one stretch, from the first of them to the last. */
export function getLeftOut(points: readonly PlotPoint[]): Array<{ fromMs: number; toMs: number }> {
  return getGaps(points.map(({ atMs, leftOut }) => ({ atMs, value: leftOut ? null : 0 })));
}

/** Height of a value in the plot; zero is at the bottom. */
export function toY(value: number, ceiling: number): number {
  return round(PLOT_HEIGHT * (1 - Math.min(1, Math.max(0, value / ceiling))));
}

function toPath(points: ReadonlyArray<{ x: number; y: number }>): string {
  return points.map(({ x, y }, index) => `${index === 0 ? "M" : "L"}${x} ${y}`).join("");
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
