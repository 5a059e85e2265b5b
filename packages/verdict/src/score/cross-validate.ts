import type { Thresholds } from "../thresholds.js";
import type { MeasuredCase } from "./answer-case.js";
import { decideCase } from "./answer-case.js";
import type { Fold } from "./folds.js";
import type { LabelledCase } from "./labelled-case.js";
import type { Called } from "./score-answers.js";
import { neighboursOf } from "./threshold-grid.js";

/** What one choice of thresholds said to every case; both lists in the same order. */
export interface Trial {
  thresholds: Thresholds;
  called: boolean[];
}

export interface FoldResult {
  name: string;
  chosen: Thresholds;
  /** The kept-away cases, decided with what was chosen without them. */
  answers: Called[];
}

/** The false-positive rate weighs this many times as much as the share of missed regressions. */
const FALSE_ALARM_WEIGHT = 2;

/** Decides every case with every set of thresholds. */
export function tryAll(measured: readonly MeasuredCase[], grid: readonly Thresholds[]): Trial[] {
  return grid.map((thresholds) => ({
    thresholds,
    called: measured.map((one) => decideCase(one, thresholds).regressed),
  }));
}

/** For every fold: choose on the others, decide what was kept away. */
export function crossValidate(
  cases: readonly LabelledCase[],
  trials: readonly Trial[],
  folds: readonly Fold[],
): FoldResult[] {
  return folds.map(({ name, keepsAway }) => {
    const best = bestTrial(cases, trials, (labelled) => !keepsAway(labelled));
    const answers = cases.flatMap((labelled, i) =>
      keepsAway(labelled) ? [{ labelled, regressed: best.called[i] ?? false }] : [],
    );
    return { name, chosen: best.thresholds, answers };
  });
}

/**
 * The trial with the best worth, averaged with its neighbours' in the grid: a point on a plateau is worth more
 * than a peak that a few cases made. Among equals the one that comes first.
 */
export function bestTrial(
  cases: readonly LabelledCase[],
  trials: readonly Trial[],
  counts: (labelled: LabelledCase) => boolean,
): Trial {
  const groups = groupsOf(cases, counts);
  const worths = trials.map((trial) => worthOf(trial, groups));
  const smoothed = worths.map((worth, i) => {
    const around = [worth, ...neighboursOf(i).map((position) => worths[position] ?? worth)];
    return around.reduce((sum, one) => sum + one, 0) / around.length;
  });
  const best = trials[smoothed.indexOf(Math.max(...smoothed))];
  if (best === undefined) throw new Error("no thresholds to choose from");
  return best;
}

/** The cases of one source and form, by label. */
interface Group {
  regressed: number[];
  clean: number[];
}

function groupsOf(cases: readonly LabelledCase[], counts: (labelled: LabelledCase) => boolean): Group[] {
  const groups = new Map<string, Group>();
  for (const [i, labelled] of cases.entries()) {
    if (labelled.regressed === null || !counts(labelled)) continue;
    const key = `${labelled.source} ${"metrics" in labelled}`;
    const group = groups.get(key) ?? { regressed: [], clean: [] };
    groups.set(key, group);
    (labelled.regressed ? group.regressed : group.clean).push(i);
  }
  return [...groups.values()];
}

/**
 * Mean recall over the sources less the weighted mean of their false-positive rates: every source counts the
 * same, however many cases it brought, because the next one is a source of its own.
 */
function worthOf({ called }: Trial, groups: readonly Group[]): number {
  const share = (cases: readonly number[]) => cases.filter((i) => called[i]).length / cases.length;
  const mean = (lists: readonly number[][]) => {
    const filled = lists.filter(({ length }) => length > 0);
    return filled.length === 0 ? 0 : filled.reduce((sum, list) => sum + share(list), 0) / filled.length;
  };
  const recall = mean(groups.map(({ regressed }) => regressed));
  return recall - FALSE_ALARM_WEIGHT * mean(groups.map(({ clean }) => clean));
}
