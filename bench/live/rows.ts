import { printLine } from "../lines.ts";
import { median } from "../medians.ts";
import { type Fault, FAULTS, type Trace, TRACES } from "./faults.ts";
import { significantAt } from "./significance.ts";
import type { WatchedDeployment } from "./watch-deployment.ts";

const STEP_SECONDS = 2;
/** A fault must be called within so many samples of becoming significant. */
const IN_TIME = 3;

export interface Row {
  number: number;
  fault: Fault | "none";
  verdict: string;
  confidence: number;
  /** Samples since the deployment that the verdict rests on. */
  samples: number;
  significantAt: number | undefined;
  /** The same for an observer who leaves nothing to a cold start. */
  significantColdAt: number | undefined;
  /** Samples at the first look that found the touched metric worse. */
  namedAt: number | undefined;
  /** Samples at the call: a rollback before the window's end; where a resource alone only warns, its finding if any. */
  calledAt: number | undefined;
  requestsPerSecond: number;
  /** Share of the time in which some process of the machine waited for a processor; undefined: not known. */
  processorWait: number | undefined;
}

/** One deployment's line of the table. */
export function rowOf(watched: WatchedDeployment): Row {
  const { number, fault, verdict, confidence, samples, namedAt, requestsPerSecond, processorWait } = watched;
  return {
    number,
    fault,
    verdict,
    confidence,
    samples,
    namedAt,
    requestsPerSecond,
    processorWait,
    ...(fault === "none"
      ? { calledAt: undefined, significantAt: undefined, significantColdAt: undefined }
      : timesOf(watched, TRACES[fault])),
  };
}

function timesOf(
  { verdict, early, samples, namedAt, baseline, observed }: WatchedDeployment,
  trace: Trace,
): Pick<Row, "calledAt" | "significantAt" | "significantColdAt"> {
  const rolledBackAt = early && verdict === "rollback_recommended" ? samples : undefined;
  const seen = { baseline, observed, stepSeconds: STEP_SECONDS };
  return {
    // A resource that is taken slows the answers too, which may be called before the resource is named.
    calledAt: trace.userFacing ? rolledBackAt : (namedAt ?? rolledBackAt),
    significantAt: significantAt(trace, seen),
    significantColdAt: significantAt({ ...trace, coldSamples: 0 }, seen),
  };
}

const isFalse = ({ fault, verdict }: Row): boolean => fault === "none" && verdict === "rollback_recommended";

/** Samples between the fault's becoming significant and its call; undefined without one of them. */
function lateBy({ calledAt, significantAt: from }: Row): number | undefined {
  return calledAt === undefined || from === undefined ? undefined : calledAt - from;
}

/** One deployment, as a line for programs. */
export function printRow(row: Row): void {
  printLine("live", {
    metric: "deployment",
    number: row.number,
    fault: row.fault,
    verdict: row.verdict,
    confidence: row.confidence,
    requests_per_second: Math.round(row.requestsPerSecond),
    significant_at: row.significantAt,
    significant_cold_at: row.significantColdAt,
    named_at: row.namedAt,
    called_at: row.calledAt,
    late_by: lateBy(row),
    processor_wait: row.processorWait === undefined ? undefined : Number(row.processorWait.toFixed(2)),
    false_rollback: isFalse(row) ? "yes" : "no",
    value: row.samples,
    unit: "samples",
  });
}

/** The same for people. */
export function inWords({ number, fault, verdict, samples, significantAt: from, calledAt }: Row): string {
  const outcome = `${number} ${fault}: ${verdict} after ${samples} samples`;
  if (fault === "none") return outcome;
  return `${outcome}, significant at ${from ?? "none"}, called at ${calledAt ?? "none"}`;
}

/** What the table comes to. */
export function printSummary(rows: readonly Row[], shops: number): void {
  const clean = rows.filter(({ fault }) => fault === "none");
  const count = (metric: string, value: number, more: Record<string, string | number>) =>
    printLine("live", { metric, ...more, value, unit: "deployments" });
  for (const fault of FAULTS) {
    const ofFault = rows.filter((row) => row.fault === fault);
    if (ofFault.length === 0) continue;
    const late = ofFault.flatMap((row) => lateBy(row) ?? []);
    const of = { fault, of: ofFault.length };
    count("called", ofFault.filter(({ calledAt }) => calledAt !== undefined).length, of);
    count("called_in_time", late.filter((samples) => samples <= IN_TIME).length, of);
    if (late.length === 0) continue;
    printLine("live", { metric: "late_by_p50", fault, value: median(late), unit: "samples" });
    printLine("live", { metric: "late_by_max", fault, value: Math.max(...late), unit: "samples" });
  }
  const waits = rows.flatMap(({ processorWait }) => processorWait ?? []);
  if (waits.length > 0)
    printLine("live", {
      metric: "processor_wait_p50",
      value: Number(median(waits).toFixed(2)),
      unit: "share",
    });
  if (clean.length === 0) return;
  const of = { of: clean.length, shops };
  count("false_rollbacks", clean.filter(isFalse).length, of);
  for (const verdict of ["ok", "warning", "inconclusive"])
    count(`clean_${verdict}`, clean.filter((row) => row.verdict === verdict).length, of);
}
