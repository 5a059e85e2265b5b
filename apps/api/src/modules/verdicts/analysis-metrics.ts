import { Inject, Injectable } from "@nestjs/common";
import type { Verdict } from "@pulsekeep/verdict";
import { Counter, Histogram } from "prom-client";
import { HttpMetrics } from "../observability/observability.ports.js";
import type { KeptVerdict } from "./keep-verdict.js";

/** What Prometheus learns of analyses. The names are those of dashboards in use. */
@Injectable()
export class AnalysisMetrics {
  private readonly verdicts: Counter<"verdict" | "created">;
  private readonly hints: Counter<"severity">;
  private readonly duration: Histogram<"outcome">;

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
  }

  /** Counts one evaluation. Verdicts and hints count once per deployment: when they are final. */
  record({ verdict, kept }: { verdict: Verdict; kept: KeptVerdict }, seconds: number): void {
    this.duration.observe({ outcome: kept.state }, seconds);
    if (!kept.final) return;
    this.verdicts.inc({ verdict: kept.state, created: String(kept.isFirst) });
    for (const { severity } of verdict.hints) this.hints.inc({ severity });
  }
}
