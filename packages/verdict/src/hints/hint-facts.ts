import type { Decision } from "../combine.js";
import type { JudgedMetric } from "../judge-metrics.js";
import type { MetricName, PerMetric, PipelineResult, Quality } from "../types.js";

/** What hints are made from; computed together with the verdict, so that they cannot disagree. */
export interface HintFacts {
  decision: Decision;
  judged: readonly JudgedMetric[];
  perMetric: Record<MetricName, PerMetric>;
  quality: Quality;
  pipeline: PipelineResult;
  stepSeconds: number;
  /** How often anybody looked since the deployment, whether a sample came of it or not. */
  looks: number;
}
