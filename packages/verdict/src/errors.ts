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
 */
export function errorCountEvidence(pre: ErrorCounts, post: ErrorCounts): number {
  const before = totals(pre);
  const after = totals(post);
  if (before.requests <= 0 || after.requests <= 0) return 0;
  const dispersion = overdispersion(pre, before.failed / before.requests, post.failed.length);
  const failedBefore = before.failed / dispersion;
  const failedAfter = after.failed / dispersion;
  if (failedAfter <= 0) return -9;
  const share = after.requests / (after.requests + before.requests);
  // P(X >= failedAfter), X binomial(failedAfter + failedBefore, share); the mid-point keeps it unbiased.
  const tail = incompleteBeta(share, Math.max(0.5, failedAfter - 0.5), failedBefore + 1);
  return normalQuantileOfTail(Math.max(tail, 1e-18));
}

function totals(counts: ErrorCounts): { failed: number; requests: number } {
  return {
    failed: counts.failed.reduce((sum, value) => sum + value, 0),
    requests: counts.requests.reduce((sum, value) => sum + value, 0),
  };
}

/** How much wilder than chance the baseline's errors are: Pearson statistic per degree of freedom, at least 1. */
function overdispersion(counts: ErrorCounts, rate: number, observed: number): number {
  const length = Math.min(observed, Math.floor(counts.failed.length / 2));
  if (rate <= 0 || rate >= 1 || length < 1) return 1;
  return Math.max(1, pearson(counts, rate, 1), pearson(counts, rate, length));
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
