import type { MessageParams } from "../messages/message-key.js";
import type { Hint, HintEvidence, HintSeverity, MetricName } from "../types.js";
import type { ActionName, HintCode, HintRow } from "./hint-table.js";
import { HINT_TABLE } from "./hint-table.js";
import type { HintFacts } from "./hint-facts.js";
import { leadingMetric, onsetSeconds, SIGNALS } from "./signals.js";

const SEVERITY_ORDER: readonly HintSeverity[] = ["critical", "warning", "info"];

/** The pattern that fits nothing else, so that a bad verdict never comes without a hint. */
const UNSPECIFIC: HintRow = {
  code: "unspecific",
  severity: "critical",
  needs: ["bad", "regression"],
  actions: ["roll_back", "read_error_logs", "review_diff"],
};

/**
 * The hints that the facts support, most severe first, then in the table's order. A rollback verdict has at
 * least one critical hint; no other verdict has any.
 */
export function hintsFor(facts: HintFacts): Hint[] {
  const rows = matchingRows(facts);
  const severe = rows.some((row) => severityOf(row, facts) === "critical");
  const isRollback = facts.decision.state === "rollback_recommended";
  const explained = rows.some((row) => row.severity !== "info" || row.code === "cold_start_only");
  if ((isRollback && !severe) || (SIGNALS.bad.holds(facts) && !explained)) rows.unshift(UNSPECIFIC);
  const hints = rows.map((row) => toHint(row, facts));
  return SEVERITY_ORDER.flatMap((severity) => hints.filter((hint) => hint.severity === severity));
}

function matchingRows(facts: HintFacts): HintRow[] {
  const shown = new Set<HintCode>();
  return HINT_TABLE.filter((row) => {
    if (row.coveredBy?.some((code) => shown.has(code))) return false;
    if (!row.needs.every((name) => SIGNALS[name].holds(facts))) return false;
    if (row.unless?.some((name) => SIGNALS[name].holds(facts))) return false;
    shown.add(row.code);
    return true;
  });
}

function severityOf(row: HintRow, { decision }: HintFacts): HintSeverity {
  if (row.severity !== "critical") return row.severity;
  return decision.state === "rollback_recommended" ? "critical" : "warning";
}

function toHint(row: HintRow, facts: HintFacts): Hint {
  const metrics = [...new Set(row.needs.flatMap((name) => SIGNALS[name].metrics(facts)))];
  const params = hintParams(facts, metrics[0]);
  return {
    code: row.code,
    severity: severityOf(row, facts),
    metrics,
    title: { key: `hint.${row.code}.title`, params: {} },
    cause: { key: `hint.${row.code}.cause`, params },
    actions: actionsOf(row, facts).map((name) => ({ key: `action.${name}`, params: {} })),
    evidence: evidenceOf(row, facts),
  };
}

/** One line for each number: several signals may rest on the same one. */
function evidenceOf(row: HintRow, facts: HintFacts): HintEvidence[] {
  const lines = row.needs.flatMap((name) => SIGNALS[name].evidence(facts));
  return [...new Map(lines.map((line) => [`${line.measure} ${line.heldTo}`, line])).values()];
}

/** Rolling back is advised only where the verdict recommends it. */
function actionsOf(row: HintRow, { decision }: HintFacts): ActionName[] {
  if (decision.state === "rollback_recommended") return row.actions;
  return row.actions.filter((name) => name !== "roll_back");
}

/** Everything a cause may quote; languages pick what they need. */
function hintParams(facts: HintFacts, metric: MetricName | undefined): MessageParams {
  const { perMetric, quality, judged } = facts;
  const subject = metric ?? leadingMetric(facts)?.metric ?? "error_rate";
  const level = (name: MetricName) => perMetric[name].after ?? 0;
  const base = (name: MetricName) => perMetric[name].before ?? 0;
  const traffic = base("requests_per_sec");
  return {
    metric: subject,
    errors: level("error_rate"),
    errors_before: base("error_rate"),
    latency: level("latency_p95"),
    latency_before: base("latency_p95"),
    latency_change: perMetric.latency_p95.shift?.relative ?? 0,
    cpu: level("cpu_usage"),
    cpu_before: base("cpu_usage"),
    memory: level("memory_usage"),
    memory_before: base("memory_usage"),
    memory_slope: (perMetric.memory_usage.slopePerHour ?? 0) * 100,
    traffic_drop: traffic > 0 ? Math.max(0, 1 - level("requests_per_sec") / traffic) : 0,
    breach_share: judged.find((one) => one.metric === subject)?.evidence?.elevatedShare ?? 0,
    onset_seconds: onsetSeconds(facts) ?? 0,
    pre_samples: quality.preSamples,
    coverage: quality.coverage,
  };
}
