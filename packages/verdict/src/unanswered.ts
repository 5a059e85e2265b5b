import type { Series } from "./windows.js";

/** With this many baseline samples, a kind of sample that never came is rare by any account (rule of succession). */
const ENOUGH_TO_KNOW = 20;

/** A sample without any answer is as bad as this many times the slowest one. */
const AS_BAD_AS = 10;

/**
 * A latency of zero means that no request was answered. Where the baseline knows such samples they are no
 * samples at all; where a long baseline never had one, the service fell silent, which is the worst latency.
 */
export function withoutUnanswered(pre: Series, post: Series): { pre: Series; post: Series } {
  const answered = onlyAnswered(pre);
  const alwaysAnswered = answered.values.length === pre.values.length && pre.values.length >= ENOUGH_TO_KNOW;
  if (!alwaysAnswered || post.values.every((value) => value <= 0)) {
    return { pre: answered, post: onlyAnswered(post) };
  }
  const worst = AS_BAD_AS * Math.max(...pre.values);
  const values = post.values.map((value) => (value <= 0 ? worst : value));
  return { pre, post: { at: post.at, values } };
}

function onlyAnswered({ at, values }: Series): Series {
  if (values.every((value) => value > 0)) return { at, values };
  return {
    at: at.filter((_, i) => (values[i] ?? 0) > 0),
    values: values.filter((value) => value > 0),
  };
}
