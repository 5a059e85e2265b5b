import { incompleteBeta, normalQuantileOfTail } from "./distributions.js";
import { mean } from "./statistics.js";

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
 * divided by the baseline's overdispersion first (quasi-likelihood, McCullagh and Nelder 1989, ch. 9).
 */
export function errorCountEvidence(pre: ErrorCounts, post: ErrorCounts): number {
  const before = totals(pre);
  const after = totals(post);
  if (before.requests <= 0 || after.requests <= 0) return 0;
  const dispersion = overdispersion(pre, before.failed / before.requests);
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

/** Pearson statistic per degree of freedom, at least 1: how much wilder than chance the baseline's errors are. */
function overdispersion({ failed, requests }: ErrorCounts, rate: number): number {
  if (rate <= 0 || rate >= 1 || failed.length < 2) return 1;
  const terms = failed.map((count, i) => {
    const expected = rate * (requests[i] ?? 0);
    return expected > 0 ? (count - expected) ** 2 / (expected * (1 - rate)) : 0;
  });
  return Math.max(1, (mean(terms) * terms.length) / (terms.length - 1));
}
