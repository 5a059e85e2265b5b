export { evaluate } from "./evaluate.js";
export { HINT_TABLE } from "./hints/hint-table.js";
export type { ActionName, HintCode, HintRow } from "./hints/hint-table.js";
export type { MessageKey, MessageParams, VerdictLocale } from "./messages/message-key.js";
export { DICTIONARIES, renderMessage } from "./messages/render-message.js";
export { CLASSIC_GUARDRAILS, DEFAULT_POLICY, resolvePolicy } from "./policy.js";
export { replay } from "./replay.js";
export type { Replayed } from "./replay.js";
export { METRIC_NAMES } from "./types.js";
export type {
  Direction,
  EvidenceMeasure,
  Guardrail,
  GuardrailResult,
  Hint,
  HintEvidence,
  HintSeverity,
  Message,
  MetricName,
  MetricPolicy,
  MetricState,
  PerMetric,
  PipelineResult,
  Policy,
  Quality,
  Reason,
  ResolvedPolicy,
  SampleRow,
  Shift,
  Verdict,
  VerdictInput,
  VerdictState,
  WindowPair,
} from "./types.js";
