import type { Thresholds } from "../thresholds.js";
import { THRESHOLDS } from "../thresholds.js";

/**
 * Round values per family, from lenient to strict; every combination is tried. Labelled windows are short and say
 * nothing of what many samples need: that is what simulated clean deployments ask for.
 */
const AXES: Partial<{ [K in keyof Thresholds]: readonly Thresholds[K][] }> = {
  noiseDeviate: [
    { few: 1.6, many: 2.9 },
    { few: 1.8, many: 2.9 },
    { few: 2, many: 2.9 },
    { few: 2.2, many: 2.9 },
  ],
  lateDeviate: [0, 0.5, 1],
  burdenFactor: [1.25, 1.5, 2],
  burdenShare: [0.15, 0.25, 0.35, 0.5],
  falseDiscoveryRate: [0.05, 0.03, 0.02],
};

const LENGTHS = Object.values(AXES).map((values) => values.length);

/** All combinations, in a fixed order; the thresholds in use are one of them. */
export function thresholdGrid(): Thresholds[] {
  let grid: Thresholds[] = [THRESHOLDS];
  for (const [name, values] of Object.entries(AXES)) {
    grid = grid.flatMap((point) => values.map((value) => ({ ...point, [name]: value })));
  }
  return grid;
}

/** The positions in the grid that are one step away from `position` on one axis. */
export function neighboursOf(position: number): number[] {
  const neighbours: number[] = [];
  let stride = 1;
  for (const length of LENGTHS.toReversed()) {
    const step = Math.floor(position / stride) % length;
    if (step > 0) neighbours.push(position - stride);
    if (step < length - 1) neighbours.push(position + stride);
    stride *= length;
  }
  return neighbours;
}
