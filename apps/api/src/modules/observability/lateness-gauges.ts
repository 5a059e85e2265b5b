import { Gauge, type Registry } from "prom-client";
import type { LatenessCount } from "./ledger.queries.js";

/** Minutes that the gauges look back. */
export const LATENESS_WINDOW_MINUTES = 10;

/** Upper bounds in seconds, each inside its bucket. The first steps are what the engine promises at full load. */
export const LATENESS_BOUNDS_SECONDS = [
  0.005, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600,
];

const HELP = `From due to offered, over the runs of the last ${LATENESS_WINDOW_MINUTES} minutes, whichever process is asked: aggregate with max, not with sum, and take no rate`;

/**
 * Lateness as gauges in the shape of a histogram: `histogram_quantile(0.99, max by (le) (..._bucket))`.
 * They are read from the ledger, which knows each run once. A counter of each process would need to know which
 * of them counts a run, and one that samples the ledger counts it once per process that is scraped.
 */
export class LatenessGauges {
  private readonly series: readonly Series[];

  constructor(registry: Registry) {
    this.series = [
      new Series(registry, { name: "pulsekeep_run_lateness_seconds", byKind: false }),
      new Series(registry, { name: "seqpulse_scheduler_job_start_delay_seconds", byKind: true }),
    ];
  }

  /** @param counts what the ledger says; undefined when it could not be read, and then nothing is shown */
  set(counts: readonly LatenessCount[] | undefined): void {
    for (const series of this.series) series.set(counts);
  }
}

class Series {
  private readonly buckets: Gauge;
  private readonly counts: Gauge;
  private readonly sums: Gauge;
  private readonly byKind: boolean;

  constructor(registry: Registry, { name, byKind }: { name: string; byKind: boolean }) {
    const labelNames = byKind ? ["job_type"] : [];
    const gauge = (suffix: string, more: string[] = []) =>
      new Gauge({
        name: `${name}_${suffix}`,
        help: HELP,
        labelNames: [...more, ...labelNames],
        registers: [registry],
      });
    this.byKind = byKind;
    this.buckets = gauge("bucket", ["le"]);
    this.counts = gauge("count");
    this.sums = gauge("sum");
  }

  set(counts: readonly LatenessCount[] | undefined): void {
    for (const gauge of [this.buckets, this.counts, this.sums]) {
      gauge.reset();
      if (!this.byKind) gauge.remove({});
    }
    if (counts === undefined) return;
    const kinds = this.byKind ? [...new Set(counts.map(({ kind }) => kind))] : [undefined];
    for (const kind of kinds)
      this.setKind(
        kind === undefined ? {} : { job_type: kind },
        counts.filter((it) => kind === undefined || it.kind === kind),
      );
  }

  private setKind(labels: Record<string, string>, counts: readonly LatenessCount[]): void {
    let below = 0;
    for (const [bucket, bound] of [...LATENESS_BOUNDS_SECONDS, Number.POSITIVE_INFINITY].entries()) {
      for (const it of counts) if (it.bucket === bucket) below += it.count;
      this.buckets.set({ le: Number.isFinite(bound) ? String(bound) : "+Inf", ...labels }, below);
    }
    this.counts.set(labels, below);
    this.sums.set(labels, counts.reduce((sum, { totalMs }) => sum + totalMs, 0) / 1_000);
  }
}
