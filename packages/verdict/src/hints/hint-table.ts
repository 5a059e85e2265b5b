import type { MessageKey } from "../messages/message-key.js";
import type { HintSeverity } from "../types.js";
import type { SignalName } from "./signals.js";

type KeyedBy<Prefix extends string, Suffix extends string> = MessageKey extends infer Key
  ? Key extends `${Prefix}${infer Name}${Suffix}`
    ? Name
    : never
  : never;
export type HintCode = KeyedBy<"hint.", ".title">;
export type ActionName = KeyedBy<"action.", "">;

/** One rule. Adding a hint: a row here, its title and cause in each language, its actions. */
export interface HintRow {
  code: HintCode;
  /** `critical` is lowered to `warning` unless the verdict recommends a rollback. */
  severity: HintSeverity;
  /** All of these must hold. */
  needs: SignalName[];
  /** None of these may hold. */
  unless?: SignalName[];
  /** Not shown where one of these, more specific, was. */
  coveredBy?: HintCode[];
  actions: ActionName[];
}

/** Most specific first: the order in which hints are shown within a severity. */
export const HINT_TABLE: readonly HintRow[] = [
  {
    code: "service_degradation",
    severity: "critical",
    needs: ["errors_up", "latency_up"],
    actions: ["roll_back", "check_timeouts", "check_dependencies"],
  },
  {
    code: "partial_outage",
    severity: "critical",
    needs: ["errors_up", "traffic_down"],
    actions: ["roll_back", "check_instances", "check_routing"],
  },
  {
    code: "retry_storm",
    severity: "critical",
    needs: ["errors_up", "traffic_up"],
    unless: ["traffic_down"],
    actions: ["limit_retries", "roll_back"],
  },
  {
    code: "compute_saturation",
    severity: "critical",
    needs: ["latency_up", "cpu_up"],
    actions: ["scale_out", "profile_cpu"],
  },
  {
    code: "high_errors",
    severity: "critical",
    needs: ["errors_up"],
    actions: ["read_error_logs", "compare_routes", "check_settings"],
  },
  {
    code: "high_latency",
    severity: "critical",
    needs: ["latency_up"],
    actions: ["trace_slow_requests", "check_queries"],
  },
  {
    code: "traffic_below_baseline",
    severity: "critical",
    needs: ["traffic_down"],
    actions: ["check_instances", "check_routing", "check_traffic_source"],
  },
  {
    code: "critical_metric",
    severity: "critical",
    needs: ["critical_resource"],
    actions: ["roll_back", "profile_cpu"],
  },
  {
    code: "guardrail_broken",
    severity: "critical",
    needs: ["guardrail_broken"],
    actions: ["roll_back", "review_diff"],
  },
  {
    code: "slow_dependency",
    severity: "warning",
    needs: ["latency_up", "cpu_flat"],
    actions: ["check_dependencies", "check_queries", "check_timeouts"],
  },
  {
    code: "memory_above_limit",
    severity: "warning",
    needs: ["memory_over"],
    unless: ["pre_existing"],
    actions: ["check_memory_limit", "take_heap_snapshot"],
  },
  {
    code: "memory_leak",
    severity: "warning",
    needs: ["memory_growing"],
    actions: ["take_heap_snapshot", "check_caches"],
  },
  {
    code: "memory_above_baseline",
    severity: "warning",
    needs: ["memory_up"],
    coveredBy: ["memory_above_limit", "memory_leak"],
    actions: ["check_caches", "take_heap_snapshot", "watch_next_hour"],
  },
  {
    code: "cpu_spike",
    severity: "warning",
    needs: ["cpu_up"],
    coveredBy: ["compute_saturation"],
    actions: ["profile_cpu", "check_jobs", "scale_out"],
  },
  {
    code: "persistent_breach",
    severity: "warning",
    needs: ["ended", "enduring"],
    actions: ["roll_back", "review_diff"],
  },
  {
    code: "started_with_deployment",
    severity: "info",
    needs: ["ended", "onset_at_once"],
    actions: ["review_diff", "check_settings"],
  },
  {
    code: "started_later",
    severity: "info",
    needs: ["ended", "onset_later"],
    actions: ["check_jobs", "check_caches"],
  },
  {
    code: "pipeline_failed_degraded",
    severity: "warning",
    needs: ["pipeline_failed", "regression"],
    actions: ["finish_or_revert", "check_pipeline"],
  },
  {
    code: "pipeline_failed_healthy",
    severity: "warning",
    needs: ["pipeline_failed", "ended"],
    unless: ["regression"],
    actions: ["check_pipeline", "finish_or_revert"],
  },
  {
    code: "metric_silent",
    severity: "warning",
    needs: ["silent", "ended"],
    actions: ["check_endpoint", "check_instances"],
  },
  {
    code: "data_quality",
    severity: "warning",
    needs: ["incomplete", "ended"],
    actions: ["check_endpoint", "lengthen_window"],
  },
  {
    code: "low_traffic",
    severity: "info",
    needs: ["low_traffic", "ended"],
    actions: ["lengthen_window"],
  },
  {
    code: "memory_near_limit",
    severity: "info",
    needs: ["memory_near"],
    actions: ["check_memory_limit", "watch_next_hour"],
  },
  {
    code: "resources_steady",
    severity: "info",
    needs: ["ended", "regression", "resources_steady"],
    actions: ["read_error_logs", "check_dependencies"],
  },
  {
    code: "users_unaffected",
    severity: "info",
    needs: ["ended", "regression", "users_unaffected"],
    actions: ["watch_next_hour"],
  },
  {
    code: "review_changes",
    severity: "info",
    needs: ["bad"],
    actions: ["review_diff", "check_flags"],
  },
  {
    code: "cold_start_only",
    severity: "info",
    needs: ["ended", "went_away"],
    actions: ["warm_up", "watch_next_hour"],
  },
  {
    code: "pre_existing_condition",
    severity: "info",
    needs: ["pre_existing", "ended"],
    actions: ["fix_before_next"],
  },
  {
    code: "latency_improved",
    severity: "info",
    needs: ["latency_improved", "ended"],
    actions: ["keep"],
  },
  {
    code: "baseline_too_short",
    severity: "info",
    needs: ["baseline_short", "ended"],
    actions: ["measure_longer"],
  },
];
