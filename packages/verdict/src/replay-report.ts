import type { VerdictLocale } from "./messages/message-key.js";
import { DICTIONARIES, renderMessage } from "./messages/render-message.js";
import { readPolicy } from "./read-policy.js";
import { replay } from "./replay.js";
import type { Message, VerdictInput } from "./types.js";

/**
 * A stored deployment once more, as one line of JSON: with the policy it had, or with another one.
 *
 * @param request.input the deployment's facts, JSON
 * @param request.policy metrics of another policy, JSON
 * @throws Error that says what is wrong with the files
 */
export function replayReport(request: { input: string; policy: string | undefined; locale: string }): string {
  const { locale } = request;
  if (!isLocale(locale)) throw new Error(`"${locale}" is none of ${Object.keys(DICTIONARIES).join(", ")}`);
  const input = readInput(request.input);
  const policy = request.policy === undefined ? input.policy : readPolicy(request.policy);
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

function readInput(json: string): VerdictInput {
  const input = JSON.parse(json) as Partial<VerdictInput>;
  if (!Array.isArray(input.pre) || !Array.isArray(input.post) || typeof input.stepSeconds !== "number")
    throw new Error("the deployment needs pre, post and stepSeconds");
  const { pre, post, stepSeconds } = input;
  return { windowEnded: true, pipeline: "unknown", ...input, pre, post, stepSeconds };
}
