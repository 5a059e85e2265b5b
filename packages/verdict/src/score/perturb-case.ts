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

/** Standard deviation of the noise that is added, as a share of the value. */
const NOISE = 0.05;

/** The same label must follow from less, coarser or rougher recordings of the same thing. */
export const PERTURBATIONS: readonly Perturbation[] = [
  windowed("half of the baseline", ({ pre, post }) => ({ pre: latest(pre, 0.5), post })),
  windowed("a quarter of the baseline", ({ pre, post }) => ({ pre: latest(pre, 0.25), post })),
  windowed("the first 60 % of the window", ({ pre, post }) => ({ pre, post: earliest(post, 0.6) })),
  windowed("every second sample", bothOf(everySecond), 2),
  windowed("two samples as their mean", bothOf(pairMeans), 2),
  windowed("every seventh sample lost", bothOf(thinned)),
  windowed("5 % more noise", noisy),
];

type Change = (windows: Windows, seed: string) => Windows;

function bothOf(change: (values: Values) => (number | null)[]): Change {
  return ({ pre, post }) => ({ pre: change(pre), post: change(post) });
}

function windowed(name: string, change: Change, stepFactor = 1): Perturbation {
  return {
    name,
    of: (labelled) => {
      const stepSeconds = labelled.stepSeconds * stepFactor;
      const copy = copyOf(labelled, change);
      return copy && { ...copy, stepSeconds };
    },
  };
}

function copyOf(labelled: LabelledCase, change: Change): LabelledCase | null {
  const changed = (windows: Windows, seed: string) => {
    const copy = change(windows, seed);
    return copy.pre.length < FEWEST_PRE || copy.post.length < FEWEST_POST ? null : copy;
  };
  if (!("metrics" in labelled)) {
    const copy = changed(labelled, labelled.id);
    return copy && { ...labelled, pre: copy.pre, post: copy.post };
  }
  const metrics: DeploymentCase["metrics"] = {};
  for (const metric of METRIC_NAMES) {
    const windows = labelled.metrics[metric];
    if (!windows) continue;
    const copy = changed(windows, `${labelled.id} ${metric}`);
    if (copy === null) return null;
    metrics[metric] = copy;
  }
  return { ...labelled, metrics };
}

function latest(values: Values, share: number): (number | null)[] {
  return values.slice(-Math.ceil(share * values.length));
}

/** The start of a window that can spare its end. */
function earliest(values: Values, share: number): (number | null)[] {
  const kept = Math.ceil(share * values.length);
  return values.length <= FEWEST_POST + 1 ? [] : values.slice(0, Math.max(FEWEST_POST, kept));
}

function everySecond(values: Values): (number | null)[] {
  return values.filter((_, i) => i % 2 === 1);
}

function thinned(values: Values): (number | null)[] {
  return values.map((value, i) => (i % LOST_EVERY === LOST_EVERY - 1 ? null : value));
}

function pairMeans(values: Values): (number | null)[] {
  return everySecond(values).map((value, i) => {
    const before = values[2 * i] ?? null;
    return value === null || before === null ? (value ?? before) : (before + value) / 2;
  });
}

/** Log-normal factors, the same in every run for one seed. */
function noisy({ pre, post }: Windows, seed: string): Windows {
  const uniform = uniformFrom(seed);
  const deviate = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  const disturbed = (values: Values) => values.map((value) => value && value * Math.exp(NOISE * deviate()));
  return { pre: disturbed(pre), post: disturbed(post) };
}

/** Numbers in 0..1 from a seed: its FNV-1a hash, counted on through a mixing function (Murmur3's). */
function uniformFrom(seed: string): () => number {
  let state = 0x811c9dc5;
  for (const character of seed) state = Math.imul(state ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return () => {
    state = (state + 0x9e3779b9) | 0;
    const mixed = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
    const again = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return ((again ^ (again >>> 16)) >>> 0) / 2 ** 32;
  };
}
