import { Inject, Injectable } from "@nestjs/common";
import type { PrometheusSettings } from "@pulsekeep/contracts/api/metrics";
import { type FetchRefusal, GuardedFetch } from "../../platform/guarded-fetch/guarded-fetch.js";
import {
  checkMetric,
  type MeasuredValues,
  METRICS,
  type MetricName,
  NOTHING_MEASURED,
} from "./metric-values.js";
import { type RangeRefusal, type RangeValues, readRange } from "./prometheus/read-range.js";
import { rangeQueryUrl, renderQuery } from "./prometheus/render-query.js";

export type PrometheusRefusal = FetchRefusal | RangeRefusal | "http_status" | "no_data";
export type PrometheusRow = { at: Date; values: MeasuredValues };
export type PrometheusAnswer =
  | { ok: true; rows: PrometheusRow[] }
  | { ok: false; reason: PrometheusRefusal; detail?: string };

export type PrometheusRange = {
  fromAt: Date;
  toAt: Date;
  stepSeconds: number;
  timeoutMs?: number | undefined;
};

/** Asks a customer's Prometheus for the five metrics. Writes nothing. */
@Injectable()
export class PrometheusService {
  constructor(@Inject(GuardedFetch) private readonly guardedFetch: GuardedFetch) {}

  /**
   * One row for each step at which any of the queries had a value, oldest first. A metric without a value there,
   * or with one that is no number of its range (0/0 while nobody called), was not measured: null, never zero.
   */
  async listRows(
    settings: PrometheusSettings,
    { tokenPlain, range }: { tokenPlain: string | undefined; range: PrometheusRange },
  ): Promise<PrometheusAnswer> {
    const asked = METRICS.filter((metric) => settings.queries[metric] !== "");
    const answers = await Promise.all(
      asked.map(async (metric) => ({ metric, ...(await this.ask(settings, { metric, tokenPlain, range })) })),
    );
    const rows = new Map<number, MeasuredValues>();
    for (const answer of answers) {
      if (!answer.ok) return { ok: false, reason: answer.reason, detail: answer.detail ?? answer.metric };
      for (const [at, raw] of answer.values) {
        const checked = checkMetric(answer.metric, raw);
        if (checked.ok)
          rows.set(at, { ...(rows.get(at) ?? NOTHING_MEASURED), [answer.metric]: checked.value });
      }
    }
    if (rows.size === 0) return { ok: false, reason: "no_data" };
    const inOrder = [...rows].sort(([a], [b]) => a - b);
    return { ok: true, rows: inOrder.map(([at, values]) => ({ at: new Date(at), values })) };
  }

  private async ask(
    settings: PrometheusSettings,
    {
      metric,
      tokenPlain,
      range,
    }: { metric: MetricName; tokenPlain: string | undefined; range: PrometheusRange },
  ): Promise<{ ok: true; values: RangeValues } | { ok: false; reason: PrometheusRefusal; detail?: string }> {
    const query = renderQuery(settings.queries[metric], settings);
    const answer = await this.guardedFetch.get(rangeQueryUrl(settings.baseUrl, { ...range, query }), {
      headers: tokenPlain === undefined ? {} : { authorization: `Bearer ${tokenPlain}` },
      timeoutMs: range.timeoutMs,
    });
    if (!answer.ok) return answer;
    // A query that it does not understand is answered 400 or 422, with the same envelope.
    if (answer.status === 400 || answer.status === 422)
      return { ok: false, reason: "query_refused", detail: metric };
    if (answer.status !== 200) return { ok: false, reason: "http_status", detail: String(answer.status) };
    return readRange(answer.body);
  }
}
