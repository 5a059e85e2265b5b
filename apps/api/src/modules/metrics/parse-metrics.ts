import { z } from "zod";
import { checkMetric, METRICS, type MetricValues } from "./metric-values.js";

export type MetricsRefusal = "not_json" | "no_metrics" | "metric_missing" | "not_finite" | "out_of_range";

export type ParsedMetrics =
  | { ok: true; sample: MetricValues }
  | { ok: false; reason: MetricsRefusal; detail?: string };

const answerSchema = z.object({ metrics: z.record(z.string(), z.unknown()) });
const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i;

/**
 * Reads the answer of a metrics endpoint, `{"metrics": {...}}` with all five metrics; other fields are ignored,
 * and of a name that is there twice the last one counts, as everywhere in JavaScript. A scrape is good as a whole
 * or not at all: `detail` names the first metric that is not.
 *
 * @param contentType the answer's header; anything but JSON is refused, whatever the body looks like
 */
export function parseMetrics(body: Uint8Array, contentType: string | undefined): ParsedMetrics {
  if (!JSON_TYPE.test(contentType ?? "")) return { ok: false, reason: "not_json" };
  let json: unknown;
  try {
    // A byte order mark is no JSON.
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body));
  } catch {
    return { ok: false, reason: "not_json" };
  }
  const answer = answerSchema.safeParse(json);
  if (!answer.success) return { ok: false, reason: "no_metrics" };
  const sample: Partial<MetricValues> = {};
  for (const name of METRICS) {
    const raw = Object.hasOwn(answer.data.metrics, name) ? answer.data.metrics[name] : undefined;
    if (raw === undefined) return { ok: false, reason: "metric_missing", detail: name };
    const checked = checkMetric(name, raw);
    if (!checked.ok) return { ok: false, reason: checked.reason, detail: name };
    sample[name] = checked.value;
  }
  return { ok: true, sample: sample as MetricValues };
}
