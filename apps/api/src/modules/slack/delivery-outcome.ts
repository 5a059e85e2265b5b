import type { SlackAnswer } from "./post-to-slack.js";

/** Seconds before the second, third and fourth attempt. */
const RETRY_SECONDS = [30, 120, 300] as const;
const DEFAULT_PAUSE_SECONDS = 30;
const LONGEST_PAUSE_SECONDS = 3_600;

/**
 * What becomes of a delivery. `pause`: Slack asked to be left alone, which is no failure of this message. `dead`: the
 * webhook is gone, and no message will ever arrive there.
 */
export type DeliveryOutcome =
  | { kind: "sent" }
  | { kind: "retry"; afterSeconds: number; reason: string }
  | { kind: "pause"; afterSeconds: number; reason: "rate_limited" }
  | { kind: "dead"; reason: string }
  | { kind: "failed"; reason: string };

/** @param attempts how often it was tried, this time included */
export function outcomeOf(
  { status, code, retryAfterSeconds }: SlackAnswer,
  attempts: number,
): DeliveryOutcome {
  if (status !== null && status >= 200 && status < 300) return { kind: "sent" };
  if (status === 429)
    return {
      kind: "pause",
      afterSeconds: Math.min(Math.max(retryAfterSeconds ?? DEFAULT_PAUSE_SECONDS, 1), LONGEST_PAUSE_SECONDS),
      reason: "rate_limited",
    };
  if (status === 404 || status === 410) return { kind: "dead", reason: code };
  const afterSeconds = RETRY_SECONDS[attempts - 1];
  const mayPass = status === null || status === 408 || status >= 500;
  return mayPass && afterSeconds !== undefined
    ? { kind: "retry", afterSeconds, reason: code }
    : { kind: "failed", reason: code };
}
