import { incompleteBeta, normalQuantileOfTail } from "./distributions.js";

/** Failed requests and requests per sample. */
export interface ErrorCounts {
  failed: number[];
  requests: number[];
}

/** Below this many requests after the deployment an error rate says nothing. */
export const FEWEST_REQUESTS = 20;

/**
 * Evidence that the error rate rose, as a normal deviate: conditional binomial test of the pooled counts
 * (Przyborowski and Wilenski 1940), exact for small counts and sound with an error-free baseline. Counts are
 * divided by the baseline's overdispersion first (quasi-likelihood, McCullagh and Nelder 1989, ch. 9), taken from
 * single samples and from windows as long as `post`, because failures come in bursts that outlast a sample.
 * `earlier`: observations of earlier deployments, which tell more of that wildness.
 */
export function errorCountEvidence(
  pre: ErrorCounts,
  post: ErrorCounts,
  earlier: readonly ErrorCounts[] = [],
): number {
  const before = totals(pre);
  const after = totals(post);
  if (before.requests <= 0 || after.requests <= 0) return 0;
  const known = [pre, ...earlier].map((counts) => dispersionOf(counts, post.failed.length));
  const dispersion = Math.max(known[0]?.factor ?? 1, pooled(known));
  return tailEvidence(before, after, dispersion);
}

/** The same as if failures came by chance alone, one by one: whether they are more than a stray one. */
export function plainCountEvidence(pre: ErrorCounts, post: ErrorCounts): number {
  return tailEvidence(totals(pre), totals(post), 1);
}

interface Totals {
  failed: number;
  requests: number;
}

function tailEvidence(before: Totals, after: Totals, dispersion: number): number {
  const failedBefore = before.failed / dispersion;
  const failedAfter = after.failed / dispersion;
  if (failedAfter <= 0) return -9;
  const share = after.requests / (after.requests + before.requests);
  // P(X >= failedAfter), X binomial(failedAfter + failedBefore, share); the mid-point keeps it unbiased.
  const tail = incompleteBeta(share, Math.max(0.5, failedAfter - 0.5), failedBefore + 1);
  return normalQuantileOfTail(Math.max(tail, 1e-18));
}

function totals(counts: ErrorCounts): Totals {
  return {
    failed: counts.failed.reduce((sum, value) => sum + value, 0),
    requests: counts.requests.reduce((sum, value) => sum + value, 0),
  };
}

interface Dispersion {
  factor: number;
  /** How many windows it rests on. */
  weight: number;
}

/** How much wilder than chance the errors are: Pearson statistic per degree of freedom, at least 1. */
function dispersionOf(counts: ErrorCounts, observed: number): Dispersion {
  const { failed, requests } = totals(counts);
  const rate = requests > 0 ? failed / requests : 0;
  const length = Math.min(observed, Math.floor(counts.failed.length / 2));
  const weight = counts.failed.length;
  if (rate <= 0 || rate >= 1 || length < 1) return { factor: 1, weight };
  return { factor: Math.max(1, pearson(counts, rate, 1), pearson(counts, rate, length)), weight };
}

function pooled(dispersions: readonly Dispersion[]): number {
  const weight = dispersions.reduce((sum, one) => sum + one.weight, 0);
  return dispersions.reduce((sum, one) => sum + one.factor * one.weight, 0) / Math.max(1, weight);
}

/** The statistic over windows of `length` samples slid over the counts. */
function pearson({ failed, requests }: ErrorCounts, rate: number, length: number): number {
  let excess = 0;
  let expected = 0;
  let sum = 0;
  for (let i = 0; i < failed.length; i += 1) {
    expected += rate * (requests[i] ?? 0);
    excess += (failed[i] ?? 0) - rate * (requests[i] ?? 0);
    if (i >= length) {
      expected -= rate * (requests[i - length] ?? 0);
      excess -= (failed[i - length] ?? 0) - rate * (requests[i - length] ?? 0);
    }
    if (i >= length - 1 && expected > 0) sum += excess ** 2 / (expected * (1 - rate));
  }
  const windows = failed.length - length + 1;
  // One degree of freedom per disjoint window goes into the rate itself.
  return sum / windows / (1 - length / failed.length);
}
