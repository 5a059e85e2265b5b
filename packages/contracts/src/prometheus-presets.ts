/**
 * Queries for what common libraries tell Prometheus. `$labels` is the project's label matchers, `$window` the span
 * of rates. A trailing comma in `{}` is allowed there, so that `$labels` may be empty. Units: req/s, ms, shares.
 * Adding one: a row here and its name in the web app's messages (`source.preset`).
 */
export const PROMETHEUS_PRESETS = {
  opentelemetry: {
    requests_per_sec: "sum(rate(http_server_request_duration_seconds_count{$labels}[$window]))",
    latency_p95:
      "1000 * histogram_quantile(0.95, sum by (le) (rate(http_server_request_duration_seconds_bucket{$labels}[$window])))",
    error_rate:
      'sum(rate(http_server_request_duration_seconds_count{http_response_status_code=~"5..",$labels}[$window]) or vector(0)) / sum(rate(http_server_request_duration_seconds_count{$labels}[$window]))',
    cpu_usage: "avg(process_cpu_utilization_ratio{$labels})",
    memory_usage: 'avg(system_memory_utilization_ratio{state="used",$labels})',
  },
  micrometer: {
    requests_per_sec: "sum(rate(http_server_requests_seconds_count{$labels}[$window]))",
    latency_p95:
      "1000 * histogram_quantile(0.95, sum by (le) (rate(http_server_requests_seconds_bucket{$labels}[$window])))",
    error_rate:
      'sum(rate(http_server_requests_seconds_count{status=~"5..",$labels}[$window]) or vector(0)) / sum(rate(http_server_requests_seconds_count{$labels}[$window]))',
    cpu_usage: "avg(process_cpu_usage{$labels})",
    memory_usage:
      'sum(jvm_memory_used_bytes{area="heap",$labels}) / sum(jvm_memory_max_bytes{area="heap",$labels})',
  },
  prom_client: {
    requests_per_sec: "sum(rate(http_request_duration_seconds_count{$labels}[$window]))",
    latency_p95:
      "1000 * histogram_quantile(0.95, sum by (le) (rate(http_request_duration_seconds_bucket{$labels}[$window])))",
    error_rate:
      'sum(rate(http_request_duration_seconds_count{status_code=~"5..",$labels}[$window]) or vector(0)) / sum(rate(http_request_duration_seconds_count{$labels}[$window]))',
    cpu_usage: "clamp_max(avg(rate(process_cpu_seconds_total{$labels}[$window])), 1)",
    memory_usage: "avg(nodejs_heap_size_used_bytes{$labels}) / avg(nodejs_heap_size_total_bytes{$labels})",
  },
  ingress_nginx: {
    requests_per_sec: "sum(rate(nginx_ingress_controller_requests{$labels}[$window]))",
    latency_p95:
      "1000 * histogram_quantile(0.95, sum by (le) (rate(nginx_ingress_controller_request_duration_seconds_bucket{$labels}[$window])))",
    error_rate:
      'sum(rate(nginx_ingress_controller_requests{status=~"5..",$labels}[$window]) or vector(0)) / sum(rate(nginx_ingress_controller_requests{$labels}[$window]))',
    cpu_usage: "",
    memory_usage: "",
  },
} as const;
export type PrometheusPreset = keyof typeof PROMETHEUS_PRESETS;
