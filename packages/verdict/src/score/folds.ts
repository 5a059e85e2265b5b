import type { LabelledCase } from "./labelled-case.js";

/** Cases that are kept away while thresholds are chosen on all others. */
export interface Fold {
  name: string;
  /** True for a case that this fold keeps away. */
  keepsAway: (labelled: LabelledCase) => boolean;
}

/** One fold per source. */
export function foldsBySource(cases: readonly LabelledCase[]): Fold[] {
  const sources = [...new Set(cases.map(({ source }) => source))].sort();
  return sources.map((name) => ({ name, keepsAway: ({ source }) => source === name }));
}

/** `count` folds of about the same size; the cases of one series are never torn apart. */
export function foldsBySeries(cases: readonly LabelledCase[], count: number): Fold[] {
  const sizes = new Map<string, number>();
  for (const { series } of cases) sizes.set(series, (sizes.get(series) ?? 0) + 1);
  const largestFirst = [...sizes].sort(([a, left], [b, right]) => right - left || (a < b ? -1 : 1));
  const members = Array.from({ length: count }, () => new Set<string>());
  const filled = Array.from({ length: count }, () => 0);
  for (const [series, size] of largestFirst) {
    const emptiest = filled.indexOf(Math.min(...filled));
    members[emptiest]?.add(series);
    filled[emptiest] = (filled[emptiest] ?? 0) + size;
  }
  return members.map((names, i) => ({
    name: `${i + 1} of ${count}`,
    keepsAway: ({ series }) => names.has(series),
  }));
}
