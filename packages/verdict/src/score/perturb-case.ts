import { METRIC_NAMES } from "../types.js";
import type { DeploymentCase, LabelledCase } from "./labelled-case.js";

type Values = readonly (number | null)[];

interface Windows {
  pre: (number | null)[];
  post: (number | null)[];
}

/** A copy of a case as another recorder might have kept it; null where too little would be left to judge. */
export interface Perturbation {
  name: string;
  of: (labelled: LabelledCase) => LabelledCase | null;
}

/** Fewest samples that a copy keeps, before and after. */
const FEWEST_PRE = 8;
const FEWEST_POST = 3;

/** Every so many samples one is lost; a prime, so that it falls in step with no rhythm. */
const LOST_EVERY = 7;

/** The same label must follow from less, coarser or rougher recordings of the same thing. */
export const PERTURBATIONS: readonly Perturbation[] = [
  windowed("half of the baseline", (pre, post) => ({ pre: latest(pre, 0.5), post: [...post] })),
  windowed("a quarter of the baseline", (pre, post) => ({ pre: latest(pre, 0.25), post: [...post] })),
  windowed("the first 60 % of the window", (pre, post) => ({
    pre: [...pre],
    post: post.length < 5 ? [] : post.slice(0, Math.max(FEWEST_POST, Math.ceil(0.6 * post.length))),
  })),
  windowed("every second sample", (pre, post) => ({ pre: everySecond(pre), post: everySecond(post) }), 2),
  windowed("two samples as their mean", (pre, post) => ({ pre: pairMeans(pre), post: pairMeans(post) }), 2),
  windowed("every seventh sample lost", (pre, post) => ({ pre: thinned(pre), post: thinned(post) })),
  windowed("5 % more noise", (pre, post) => ({ pre: noisy(pre, 0), post: noisy(post, pre.length) })),
];

function windowed(
  name: string,
  change: (pre: Values, post: Values) => Windows,
  stepFactor = 1,
): Perturbation {
  const changed = (windows: Windows) => {
    const copy = change(windows.pre, windows.post);
    return copy.pre.length < FEWEST_PRE || copy.post.length < FEWEST_POST ? null : copy;
  };
  return { name, of: (labelled) => copyOf(labelled, changed, labelled.stepSeconds * stepFactor) };
}

function copyOf(
  labelled: LabelledCase,
  changed: (windows: Windows) => Windows | null,
  stepSeconds: number,
): LabelledCase | null {
  if (!("metrics" in labelled)) {
    const copy = changed(labelled);
    return copy && { ...labelled, ...copy, stepSeconds };
  }
  const metrics: DeploymentCase["metrics"] = {};
  for (const metric of METRIC_NAMES) {
    const windows = labelled.metrics[metric];
    if (!windows) continue;
    const copy = changed(windows);
    if (copy === null) return null;
    metrics[metric] = copy;
  }
  return { ...labelled, stepSeconds, metrics };
}

const latest = (values: Values, share: number) => values.slice(-Math.ceil(share * values.length));
const everySecond = (values: Values) => values.filter((_, i) => i % 2 === 1);
const thinned = (values: Values) =>
  values.map((value, i) => (i % LOST_EVERY === LOST_EVERY - 1 ? null : value));

function pairMeans(values: Values): (number | null)[] {
  return everySecond(values).map((value, i) => {
    const before = values[2 * i] ?? null;
    return value === null || before === null ? (value ?? before) : (before + value) / 2;
  });
}

/** Factors of about a normal distribution, the same in every run (a Weyl sequence through a sum of three). */
function noisy(values: Values, from: number): (number | null)[] {
  const uniform = (i: number) => (i * 0.618_033_988_749_895) % 1;
  const deviate = (i: number) => 2 * (uniform(7 * i + 1) + uniform(13 * i + 5) + uniform(29 * i + 11) - 1.5);
  return values.map((value, i) => value && value * Math.exp(0.05 * deviate(from + i)));
}
