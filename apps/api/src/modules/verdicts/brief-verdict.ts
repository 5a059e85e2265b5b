import type { Locale } from "@pulsekeep/contracts/api/shared";
import type { Replay } from "@pulsekeep/contracts/api/verdicts";
import { DICTIONARIES, METRIC_NAMES, renderMessage, type Verdict } from "@pulsekeep/verdict";

/** A verdict in brief, its reasons in the reader's language. */
export function toBrief(
  { state, confidence, reasons, perMetric }: Verdict,
  locale: Locale,
): Replay["replayed"] {
  return {
    state,
    confidence,
    reasons: reasons.map(({ metric, key, params }) => {
      // A kept verdict may be older than today's texts.
      const text = key in DICTIONARIES[locale] ? renderMessage(locale, key, params) : key;
      return { metric, message: { key, params, text } };
    }),
    metrics: METRIC_NAMES.map((metric) => {
      const { state: found, before, after } = perMetric[metric];
      return { metric, state: found, before, after };
    }),
  };
}
