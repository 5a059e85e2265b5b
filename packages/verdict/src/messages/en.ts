import { enHints } from "./en-hints.js";

/** English is the reference: its keys and placeholders are the ones the other languages must have. */
export const en = {
  "metric.requests_per_sec": "Traffic",
  "metric.latency_p95": "Latency (p95)",
  "metric.error_rate": "Error rate",
  "metric.cpu_usage": "CPU usage",
  "metric.memory_usage": "Memory usage",
  "unit.per_second": "{number} req/s",
  "unit.milliseconds": "{number} ms",
  "samples.one": "1 sample",
  "samples.many": "{number} samples",
  "samples.only_none": "no sample",
  "samples.only_one": "only 1 sample",
  "samples.only_many": "only {number} samples",
  "reason.collecting": "Observing: {samples} of {expected} samples so far.",
  "reason.no_regression":
    "No metric moved beyond the noise of its baseline by a change that matters ({count} judged).",
  "reason.regressed":
    "{metric} went from {before|value} to {after|value}, more than in {rank} of {total} comparable windows before the deployment.",
  "reason.spread_changed": "{metric} varies {factor} times as much as before; its level did not move.",
  "reason.went_away":
    "{metric} rose from {before|value} to {after|value} for a while, and the latest samples are back.",
  "reason.traffic_went_away":
    "{metric} fell from {before|value} to {after|value} for a while, and the latest samples are back.",
  "reason.interruption": "In {samples|samples} no request was answered; the baseline has no such sample.",
  "reason.guardrail":
    "{metric} broke its limit of {limit|value}: {share|percent} of the samples are beyond {secured|value}.",
  "reason.pre_existing": "{metric} is beyond its limit of {limit|value}, and was so before the deployment.",
  "reason.silent": "{metric} was reported before the deployment and is not any more.",
  "reason.fell_silent": "{metric} stopped being reported: the last {samples} samples came without it.",
  "reason.no_samples": "No sample came since the deployment.",
  "reason.unseen":
    "Samples came for only part of the window ({samples} of {expected}): what happened in the rest is unknown.",
  "reason.nothing_user_facing": "Neither errors, latency nor traffic could be judged.",
  "reason.baseline_too_short": "{metric}: {samples|only} from before the deployment.",
  "reason.too_few_samples": "{metric}: {samples|only} since the deployment.",
  "reason.too_few_requests": "{metric}: too few requests since the deployment for an estimate.",
  "reason.latency_doubled": "{metric} is {factor} times its baseline.",
  "reason.user_facing_critical":
    "{metric} regressed on strong evidence, enough to recommend a rollback alone.",
  "reason.two_user_facing": "{count} metrics that users feel regressed together.",
  "reason.resource_only": "{metric} alone only warns: users do not feel it yet.",
  "reason.not_strong_enough": "{metric} alone is not strong enough to recommend a rollback.",
  "reason.early": "The evidence after {samples} of {expected} samples holds at every look; no need to wait.",
  "reason.improved": "{metric} improved from {before|value} to {after|value}.",
  "reason.dry_run": "{metric} got worse, but the policy has it on trial: it has no part in this verdict.",
  "reason.pipeline_failed": "The pipeline reported a failure.",
  "quality.no_samples": "No sample came since the deployment.",
  "quality.coverage": "Only {share|percent} of the expected samples came.",
  "quality.gap": "The longest hole between two samples is {seconds} s.",
  "quality.baseline_missing": "{samples|only} from before the deployment: no baseline.",
  "quality.baseline_short": "{samples|only} from before the deployment: a short baseline.",
  "would.regress":
    "{metric} at {level|value} or worse until the end of the window would count as a regression.",
  "would.recover": "{metric} back within {level|value} would count as normal.",
  "would.report": "{metric} must be reported again.",
  "would.more_samples": "{metric} needs more samples or requests to be judged.",
  "would.unmute": "{metric} is muted and has no part in the verdict.",
  "would.return": "{metric} rising again would count as a regression.",
  ...enHints,
} as const satisfies Record<string, string>;
