import type { PrometheusSettings } from "@pulsekeep/contracts/api/metrics";

/** A label matcher's value as PromQL's double-quoted text. */
const quote = (value: string): string =>
  `"${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;

/** A query with `$labels` and `$window` put in. Label values are quoted, so that none can end its matcher. */
export function renderQuery(
  template: string,
  settings: Pick<PrometheusSettings, "labels" | "windowSeconds">,
): string {
  const labels = Object.entries(settings.labels)
    .map(([name, value]) => `${name}=${quote(value)}`)
    .join(",");
  return template.replaceAll(/\$(labels|window)\b/g, (_, name: string) =>
    name === "labels" ? labels : `${settings.windowSeconds}s`,
  );
}

/** The address of a range query, below whatever path Prometheus is served at. */
export function rangeQueryUrl(
  baseUrl: string,
  range: { query: string; fromAt: Date; toAt: Date; stepSeconds: number },
): string {
  const url = new URL(baseUrl);
  url.pathname = `${url.pathname.replace(/\/+$/, "")}/api/v1/query_range`;
  url.hash = "";
  url.searchParams.set("query", range.query);
  url.searchParams.set("start", String(range.fromAt.getTime() / 1_000));
  url.searchParams.set("end", String(range.toAt.getTime() / 1_000));
  url.searchParams.set("step", String(range.stepSeconds));
  return url.href;
}
