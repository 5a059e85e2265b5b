import { Inject, Injectable } from "@nestjs/common";
import { resolvePolicy, type Verdict } from "@pulsekeep/verdict";
import { Counter, Gauge, Histogram } from "prom-client";
import { HttpMetrics } from "../observability/observability.ports.js";
import type { PolicyInForce } from "../policies/policies.queries.js";
import type { KeptVerdict } from "./keep-verdict.js";

type Analysed = { verdict: Verdict; kept: KeptVerdict; policy: PolicyInForce };

/** What Prometheus learns of analyses. The names are those of dashboards in use. */
@Injectable()
export class AnalysisMetrics {
  private readonly verdicts: Counter<"verdict" | "created">;
  private readonly hints: Counter<"severity">;
  private readonly duration: Histogram<"outcome">;
  private readonly consistency: Counter<"verdict" | "consistency">;
  private readonly proxies: Counter<"event">;
  private readonly failed: Counter<"metric" | "critical">;
  private readonly lastOutcome: Gauge<"outcome">;
  private readonly lastVerdict: Gauge<"verdict" | "created">;

  constructor(@Inject(HttpMetrics) { registry }: HttpMetrics) {
    const registers = [registry];
    this.verdicts = new Counter({
      name: "seqpulse_analysis_verdict_total",
      help: "Final verdicts, by whether the deployment had one in progress before",
      labelNames: ["verdict", "created"],
      registers,
    });
    this.hints = new Counter({
      name: "seqpulse_analysis_hint_total",
      help: "Hints given with final verdicts",
      labelNames: ["severity"],
      registers,
    });
    this.duration = new Histogram({
      name: "seqpulse_analysis_duration_seconds",
      help: "Time to bring a deployment's verdict up to date",
      labelNames: ["outcome"],
      buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    });
    this.consistency = new Counter({
      name: "seqpulse_analysis_verdict_hint_consistency_total",
      help: "Final verdicts, by whether their hints agree: a critical one with a rollback, and with nothing else",
      labelNames: ["verdict", "consistency"],
      registers,
    });
    this.proxies = new Counter({
      name: "seqpulse_analysis_quality_proxy_total",
      help: "Signs of wrong verdicts: called a false alarm by a person, worse at a later look, hints that disagree",
      labelNames: ["event"],
      registers,
    });
    this.failed = new Counter({
      name: "seqpulse_analysis_failed_metric_total",
      help: "Metrics that regressed in final verdicts, by whether the policy calls them critical",
      labelNames: ["metric", "critical"],
      registers,
    });
    this.lastOutcome = new Gauge({
      name: "seqpulse_analysis_last_outcome_timestamp_seconds",
      help: "When a deployment was last judged, by the state it got",
      labelNames: ["outcome"],
      registers,
    });
    this.lastVerdict = new Gauge({
      name: "seqpulse_analysis_last_verdict_timestamp_seconds",
      help: "When a verdict last became final, by whether the deployment had one in progress before",
      labelNames: ["verdict", "created"],
      registers,
    });
  }

  /** A person says that a verdict was wrong. */
  recordFalseAlarm(state: string): void {
    if (state === "rollback_recommended") this.proxies.inc({ event: "false_rollback_proxy" });
  }

  /** A later look found what would have been a rollback. */
  recordLateWarning(state: string): void {
    if (state === "rollback_recommended") this.proxies.inc({ event: "missed_critical_proxy" });
  }

  /** Counts one evaluation. Verdicts and hints count once per deployment: when they are final, and no dry run's. */
  record({ verdict, kept, policy }: Analysed, seconds: number): void {
    this.duration.observe({ outcome: kept.state }, seconds);
    this.lastOutcome.setToCurrentTime({ outcome: kept.state });
    if (!kept.final || policy.dryRun) return;
    const labels = { verdict: kept.state, created: String(kept.isFirst) };
    this.verdicts.inc(labels);
    this.lastVerdict.setToCurrentTime(labels);
    for (const { severity } of verdict.hints) this.hints.inc({ severity });
    const hasCritical = verdict.hints.some(({ severity }) => severity === "critical");
    const agrees = hasCritical === (kept.state === "rollback_recommended");
    this.consistency.inc({ verdict: kept.state, consistency: agrees ? "consistent" : "mismatch" });
    if (!agrees) this.proxies.inc({ event: "verdict_hint_mismatch" });
    const rules = resolvePolicy(policy.metrics);
    for (const { metric, state } of Object.values(verdict.perMetric))
      if (state === "regressed") this.failed.inc({ metric, critical: String(rules[metric].critical) });
  }
}
