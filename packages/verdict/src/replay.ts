import { evaluate } from "./evaluate.js";
import type { Verdict, VerdictInput } from "./types.js";
import { byTime } from "./windows.js";

/** Longer observations are looked at in so many even steps: the end decides, the steps find when it could be told. */
const MOST_LOOKS = 120;

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
  const apart = Math.max(1, Math.ceil(post.length / MOST_LOOKS));
  for (let samples = apart; samples < post.length; samples += apart) {
    const look = { ...input, post: post.slice(0, samples), windowEnded: false, expectedPostSamples: planned };
    const verdict = evaluate(look);
    if (verdict.final) return { verdict, samples };
  }
  return { verdict: evaluate(input), samples: post.length };
}
