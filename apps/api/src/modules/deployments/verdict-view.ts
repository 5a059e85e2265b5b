import type { HintView, MetricFinding, VerdictView } from "@pulsekeep/contracts/api/deployments";
import type { Locale } from "@pulsekeep/contracts/api/shared";
import type { schema } from "@pulsekeep/database";
import {
  DICTIONARIES,
  type Hint,
  type Message,
  METRIC_NAMES,
  type PerMetric,
  renderMessage,
  type Verdict,
} from "@pulsekeep/verdict";

export type VerdictRow = typeof schema.verdicts.$inferSelect;

/** A kept verdict as the API shows it, its texts in the reader's language. */
export function toVerdict(row: VerdictRow, locale: Locale): VerdictView {
  // What the engine returned; the answer's schema parses it before it leaves the process.
  const verdict = row.document as Verdict;
  const text = (message: Message) => renderText(message, locale);
  return {
    state: row.state,
    confidence: row.confidence,
    final: row.final,
    reasons: verdict.reasons.map(({ metric, ...message }) => ({ metric, message: text(message) })),
    hints: verdict.hints.map((hint) => toHint(hint, text)),
    metrics: METRIC_NAMES.map((name) => toFinding(verdict.perMetric[name], text)),
    quality: {
      ...verdict.quality,
      missedScrapes: row.missedScrapes,
      issues: verdict.quality.issues.map(text),
    },
    decidedAt: row.decidedAt.toISOString(),
  };
}

type RenderedText = VerdictView["reasons"][number]["message"];

function renderText({ key, params }: Message, locale: Locale): RenderedText {
  // A verdict is kept for good, while the texts of later engines may know its keys no longer.
  const text = key in DICTIONARIES[locale] ? renderMessage(locale, key, params) : key;
  return { key, params, text };
}

/** As it was kept: engines before this one kept no evidence, and none is made up for them. */
type KeptHint = Omit<Hint, "evidence"> & Partial<Pick<Hint, "evidence">>;

const toHint = (hint: KeptHint, text: (message: Message) => RenderedText): HintView => ({
  code: hint.code,
  severity: hint.severity,
  metrics: hint.metrics,
  title: text(hint.title),
  cause: text(hint.cause),
  actions: hint.actions.map(text),
  evidence: hint.evidence ?? [],
});

function toFinding(found: PerMetric, text: (message: Message) => RenderedText): MetricFinding {
  const { metric, state, before, after, shift, smallestChange, placebo, confidence, breachSamples, samples } =
    found;
  return {
    metric,
    state,
    before,
    after,
    shift,
    smallestChange,
    placebo,
    confidence,
    breachSamples,
    samples,
    wouldChange: text(found.wouldChange),
  };
}
