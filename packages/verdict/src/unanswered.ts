import type { Series } from "./windows.js";

/** With this many baseline samples, a kind of sample that never came is rare by any account. */
const ENOUGH_TO_KNOW = 20;

/** From this share of the observation on, unanswered samples are worth a warning. */
const NOTABLE_SHARE = 0.15;

/** Below this share of answered samples, most of the time there is nothing to measure. */
const USUALLY_ANSWERED = 0.5;

export interface Answered {
  pre: Series;
  post: Series;
  /** Probability that samples without an answer are news; null where there is nothing to warn of. */
  interruption: { samples: number; confidence: number } | null;
  /** Most samples of the baseline have no answer, and there are some to compare on both sides. */
  idle: boolean;
}

/**
 * A latency of zero means that no request was answered, so it is no sample. Where a long baseline never had
 * one, it is also an interruption of the service: worth a warning, never a rollback. The confidence is
 * Laplace's rule of succession for a sample of a kind that the baseline never saw.
 */
export function withoutUnanswered(pre: Series, post: Series): Answered {
  const answered = { pre: onlyAnswered(pre), post: onlyAnswered(post) };
  const known = pre.values.length;
  const samples = post.values.length - answered.post.values.length;
  const alwaysAnswered = answered.pre.values.length === known && known >= ENOUGH_TO_KNOW;
  const notable = samples > 0 && samples / post.values.length >= NOTABLE_SHARE;
  const everAnswered = answered.pre.values.length;
  const usuallyIdle = everAnswered > 0 && everAnswered < USUALLY_ANSWERED * known;
  const idle = usuallyIdle && answered.post.values.length > 0;
  if (!alwaysAnswered || !notable) return { ...answered, interruption: null, idle };
  return { ...answered, idle, interruption: { samples, confidence: known / (known + post.values.length) } };
}

function onlyAnswered({ at, values }: Series): Series {
  if (values.every((value) => value > 0)) return { at, values };
  return {
    at: at.filter((_, i) => (values[i] ?? 0) > 0),
    values: values.filter((value) => value > 0),
  };
}
