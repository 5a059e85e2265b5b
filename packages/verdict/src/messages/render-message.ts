import { METRIC_TRAITS } from "../metric-table.js";
import type { MetricName } from "../types.js";
import { METRIC_NAMES } from "../types.js";
import { de } from "./de.js";
import { en } from "./en.js";
import { es } from "./es.js";
import { fr } from "./fr.js";
import type { Dictionary, MessageKey, MessageParams, VerdictLocale } from "./message-key.js";

export const DICTIONARIES: Record<VerdictLocale, Dictionary> = { en, fr, es, de };

/** `{name}` or `{name|format}`. */
export const PLACEHOLDER = /\{(\w+)(?:\|(\w+))?\}/g;

/**
 * The text of a message in one language. `{x|value}` is in the unit of the parameter `metric`, `percent` a
 * share, `signed` a signed relative change, `ms` milliseconds, `seconds` seconds, `points` a plain number,
 * `samples` so many samples, `only` so few of them.
 * A sentence that begins with a parameter begins with a capital all the same.
 */
export function renderMessage(locale: VerdictLocale, key: MessageKey, params: MessageParams): string {
  const text = DICTIONARIES[locale][key].replace(PLACEHOLDER, (_, name: string, format?: string) =>
    renderParam(locale, { name, format, params }),
  );
  return text.charAt(0).toLocaleUpperCase(locale) + text.slice(1);
}

interface Placeholder {
  name: string;
  format: string | undefined;
  params: MessageParams;
}

function renderParam(locale: VerdictLocale, { name, format, params }: Placeholder): string {
  const value = params[name];
  if (value === undefined) return `{${name}}`;
  if (typeof value === "string") return isMetric(value) ? DICTIONARIES[locale][`metric.${value}`] : value;
  if (format === "percent") return percent(locale, value);
  if (format === "signed") return percent(locale, value, "exceptZero");
  if (format === "ms") return inUnit(locale, "milliseconds", value);
  if (format === "samples") return countSamples(locale, value, "");
  if (format === "only")
    return value === 0 ? DICTIONARIES[locale]["samples.only_none"] : countSamples(locale, value, "only_");
  if (format === "value" && isMetric(params.metric)) return metricValue(locale, params.metric, value);
  return decimal(locale, value);
}

function countSamples(locale: VerdictLocale, count: number, how: "" | "only_"): string {
  const number = count === 1 ? "one" : "many";
  const text = DICTIONARIES[locale][`samples.${how}${number}`];
  return text.replace("{number}", decimal(locale, count));
}

function isMetric(value: unknown): value is MetricName {
  return METRIC_NAMES.some((metric) => metric === value);
}

/** A value in the unit of its metric, for example "287 ms" or "4.2 %". */
function metricValue(locale: VerdictLocale, metric: MetricName, value: number): string {
  const { unit } = METRIC_TRAITS[metric];
  return unit === "share" ? percent(locale, value) : inUnit(locale, unit, value);
}

function inUnit(locale: VerdictLocale, unit: "milliseconds" | "per_second", value: number): string {
  return DICTIONARIES[locale][`unit.${unit}`].replace("{number}", decimal(locale, value));
}

function decimal(locale: VerdictLocale, value: number): string {
  return new Intl.NumberFormat(locale, { maximumSignificantDigits: 3 }).format(value);
}

function percent(locale: VerdictLocale, share: number, signDisplay: "auto" | "exceptZero" = "auto"): string {
  const options = { style: "percent", maximumSignificantDigits: 3, signDisplay } as const;
  return new Intl.NumberFormat(locale, options).format(share);
}
