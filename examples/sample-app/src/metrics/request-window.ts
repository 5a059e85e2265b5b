/** What a window of served requests looks like. Units: req/s, ms, share 0..1. */
export type RequestFigures = { requestsPerSec: number; latencyP95Ms: number; errorRate: number };

type Served = { atMs: number; durationMs: number; failed: boolean };

/** With less than this much observed, a rate would say nothing. */
const SHORTEST_SPAN_MS = 1_000;

/** The requests of the last seconds, as they were really served. Instants are milliseconds of one clock. */
export class RequestWindow {
  private served: Served[] = [];
  private firstAtMs: number | undefined;

  constructor(private readonly windowMs: number) {}

  record(request: Served): void {
    this.firstAtMs ??= request.atMs;
    this.served.push(request);
    this.forgetBefore(request.atMs - this.windowMs);
  }

  /** The rate is over the window, or over the time since the first request while that is shorter. */
  figures(nowMs: number): RequestFigures {
    this.forgetBefore(nowMs - this.windowMs);
    const count = this.served.length;
    if (count === 0) return { requestsPerSec: 0, latencyP95Ms: 0, errorRate: 0 };
    const spanMs = Math.min(this.windowMs, nowMs - (this.firstAtMs ?? nowMs));
    const durations = this.served.map(({ durationMs }) => durationMs).sort((a, b) => a - b);
    return {
      requestsPerSec: (count * 1_000) / Math.max(spanMs, SHORTEST_SPAN_MS),
      latencyP95Ms: durations[Math.ceil(count * 0.95) - 1] ?? 0,
      errorRate: this.served.filter(({ failed }) => failed).length / count,
    };
  }

  private forgetBefore(limitMs: number): void {
    const kept = this.served.findIndex(({ atMs }) => atMs > limitMs);
    if (kept !== 0) this.served = kept === -1 ? [] : this.served.slice(kept);
  }
}
