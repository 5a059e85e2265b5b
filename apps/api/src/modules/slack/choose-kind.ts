import { SLACK_KINDS, type SlackKind } from "@pulsekeep/contracts/api/slack";
import type { VerdictState } from "@pulsekeep/verdict";

export type FinalVerdict = {
  state: VerdictState;
  /** Only tried out: it has no consequences. */
  isDryRun: boolean;
  hasPipelineFailed: boolean;
  /** The first of its project that says anything. */
  isFirst: boolean;
};

/**
 * Which one message tells of a final verdict: the most severe that applies and is wanted, or none. A failed pipeline
 * and what was measured after it are one thing to the reader, so they are never two messages.
 */
export function chooseKind(verdict: FinalVerdict, wanted: readonly SlackKind[]): SlackKind | undefined {
  const { state, isDryRun, hasPipelineFailed, isFirst } = verdict;
  const applies: Record<SlackKind, boolean> = {
    rollback_recommended: state === "rollback_recommended" && !isDryRun,
    warning: state === "warning" && !isDryRun,
    pipeline_failed: hasPipelineFailed,
    first_verdict: isFirst && !isDryRun && saysSomething(state),
    late_warning: false,
  };
  return SLACK_KINDS.find((kind) => applies[kind] && wanted.includes(kind));
}

const saysSomething = (state: VerdictState): boolean => state !== "collecting" && state !== "inconclusive";
