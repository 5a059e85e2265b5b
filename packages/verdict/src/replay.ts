import { evaluate } from "./evaluate.js";
import type { Verdict, VerdictInput } from "./types.js";
import { byTime } from "./windows.js";

/** Longer observations are looked at in so many even steps: the end decides, the steps find when it could be told. */
const MOST_LOOKS = 120;

/** Samples that all looks together go through, some tenths of a second: a day's observation has tens of thousands. */
const MOST_READ = 300_000;

/** What the engine would have said, and after how many samples. */
export interface Replayed {
  verdict: Verdict;
  samples: number;
}

/**
 * Goes through a whole observation as the analyst did, sample by sample, and returns the first final verdict: an
 * early rollback, or that of the end. `windowEnded` is that of the end: false while the deployment is still watched.
 */
export function replay(input: VerdictInput): Replayed {
  const post = byTime(input.post);
  const planned = input.expectedPostSamples ?? post.length;
  // Of even steps, a look goes through half of the samples on average.
  const looks = Math.min(MOST_LOOKS, MOST_READ / (post.length / 2));
  const apart = Math.max(1, Math.ceil(post.length / looks));
  for (let samples = apart; samples < post.length; samples += apart) {
    const look = { ...input, post: post.slice(0, samples), windowEnded: false, expectedPostSamples: planned };
    const verdict = evaluate(look);
    if (verdict.final) return { verdict, samples };
  }
  return { verdict: evaluate(input), samples: post.length };
}
