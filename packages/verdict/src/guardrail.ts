import type { GuardrailResult, MetricPolicy } from "./types.js";

/** With less traffic than this before the deployment, a fall says nothing. */
const FEWEST_REQUESTS_PER_SECOND = 0.5;

/**
 * An absolute limit the project switched on. It counts against the deployment only where the baseline kept
 * it. For lower-is-worse metrics the limit is a share of the baseline's level.
 */
export function checkGuardrail(
  policy: MetricPolicy,
  pre: readonly number[],
  post: readonly number[],
  level: number | null,
): GuardrailResult | null {
  const { guardrail } = policy;
  if (guardrail === null || post.length === 0) return null;
  const falls = policy.direction === "lower_is_worse";
  if (falls && (level ?? 0) < FEWEST_REQUESTS_PER_SECOND) return null;
  const limit = falls ? guardrail.limit * (level ?? 0) : guardrail.limit;
  const secured = falls ? limit / guardrail.securedRatio : limit * guardrail.securedRatio;
  const beyond = (value: number) => (falls ? value < secured : value > secured);
  const shareAfter = post.filter(beyond).length / post.length;
  const shareBefore = pre.length === 0 ? 0 : pre.filter(beyond).length / pre.length;
  const over = shareAfter > guardrail.tolerance;
  const kept = pre.length > 0 && shareBefore <= guardrail.tolerance;
  const { tolerance } = guardrail;
  return {
    limit,
    secured,
    shareAfter,
    shareBefore,
    tolerance,
    broken: over && kept,
    preExisting: over && !kept,
  };
}
