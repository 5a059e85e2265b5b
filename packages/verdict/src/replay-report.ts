import type { VerdictLocale } from "./messages/message-key.js";
import { DICTIONARIES, renderMessage } from "./messages/render-message.js";
import { replay } from "./replay.js";
import type { Message, Policy, VerdictInput } from "./types.js";

/**
 * A stored deployment once more, as one line of JSON: with the policy it had, or with another one.
 *
 * @param request.policy metrics of another policy
 * @throws Error for a language that there are no texts in
 */
export function replayReport(request: {
  input: VerdictInput;
  policy: Policy | undefined;
  locale: string;
}): string {
  const { input, locale } = request;
  if (!isLocale(locale)) throw new Error(`"${locale}" is none of ${Object.keys(DICTIONARIES).join(", ")}`);
  const policy = request.policy ?? input.policy;
  const { verdict, samples } = replay({ ...input, policy });
  const text = ({ key, params }: Message) => renderMessage(locale, key, params);
  const { state, confidence, final, quality, perMetric } = verdict;
  return JSON.stringify({
    state,
    confidence,
    final,
    samples,
    of: input.post.length,
    reasons: verdict.reasons.map(text),
    hints: verdict.hints.map(({ code, severity, title }) => ({ code, severity, title: text(title) })),
    metrics: Object.values(perMetric).map((one) => ({
      metric: one.metric,
      state: one.state,
      before: one.before,
      after: one.after,
      shift: one.shift,
    })),
    issues: quality.issues.map(text),
  });
}

const isLocale = (name: string): name is VerdictLocale => Object.hasOwn(DICTIONARIES, name);
