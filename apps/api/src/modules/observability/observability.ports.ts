/** For modules that count what they do: their counters register on `HttpMetrics.registry`. */
export { HttpMetrics } from "./http-metrics.js";
