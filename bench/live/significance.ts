import type { Sample, Trace } from "./faults.ts";

/** The engine may be wrong in one of a hundred windows, of which it looks at 30 samples: so may the observer. */
const FALSE_ALARMS_PER_LOOK = 0.01 / 30;
/** The normal deviate that is exceeded so seldom. */
const DEVIATE = 3.4;
/** Below this a rate's logarithm would say more than the rate. */
const LOWEST_RATE = 0.1;

/**
 * From which sample on, counted from 1, a fault is significant: there an observer who knows which metric it touches,
 * in which direction and since when, would call it by what the shop served until then, with no more false alarms
 * than the engine may raise. That is a one-sided test of all samples since the deployment against the baseline
 * (failed requests by Poisson's distribution, the others' means by Student's, each sample taken as independent), and
 * a change larger than the smallest that matters. Undefined when no sample gets there.
 *
 * @param stepSeconds time between two samples, which each describe it
 */
export function significantAt(
  trace: Trace,
  { baseline, observed, stepSeconds }: { baseline: Sample[]; observed: Sample[]; stepSeconds: number },
): number | undefined {
  const test = trace.scale === "count" ? testOfCounts : testOfMeans;
  for (let count = trace.coldSamples + 1; count <= observed.length; count += 1) {
    const seen = observed.slice(trace.coldSamples, count);
    if (test(trace, { baseline, seen, stepSeconds })) return count;
  }
  return undefined;
}

interface Facts {
  baseline: Sample[];
  seen: Sample[];
  stepSeconds: number;
}

/** Failures against those that the baseline's rate and the smallest change that matters let expect. */
function testOfCounts({ smallest }: Trace, { baseline, seen, stepSeconds }: Facts): boolean {
  const before = countsOf(baseline, stepSeconds);
  const after = countsOf(seen, stepSeconds);
  // Half a failure more than were seen: none in a minute is not none for ever.
  const rate = (before.failed + 0.5) / (before.requests + 1) + smallest;
  return poissonTail(Math.round(after.failed), after.requests * rate) < FALSE_ALARMS_PER_LOOK;
}

function countsOf(samples: Sample[], stepSeconds: number): { requests: number; failed: number } {
  let requests = 0;
  let failed = 0;
  for (const { requests_per_sec, error_rate } of samples) {
    requests += (requests_per_sec ?? 0) * stepSeconds;
    failed += (requests_per_sec ?? 0) * stepSeconds * (error_rate ?? 0);
  }
  return { requests, failed };
}

/** Chance of at least so many events where `expected` are. */
function poissonTail(events: number, expected: number): number {
  let below = 0;
  let term = Math.exp(-expected);
  for (let count = 0; count < events; count += 1) {
    below += term;
    term *= expected / (count + 1);
  }
  return 1 - below;
}

function testOfMeans({ metric, sign, scale, smallest }: Trace, { baseline, seen }: Facts): boolean {
  const onScale = (value: number) =>
    sign * (scale === "log" ? Math.log(Math.max(value, LOWEST_RATE)) : value);
  const valuesOf = (samples: Sample[]) =>
    samples.flatMap((sample) => (sample[metric] === null ? [] : [onScale(sample[metric])]));
  const [before, after] = [valuesOf(baseline), valuesOf(seen)];
  if (before.length < 2 || after.length === 0) return false;
  const level = mean(before);
  const variance = before.reduce((sum, value) => sum + (value - level) ** 2, 0) / (before.length - 1);
  const spread = Math.sqrt(variance * (1 / before.length + 1 / after.length));
  const shift = mean(after) - level;
  return shift > smallest && shift > studentDeviate(before.length - 1) * spread;
}

/** The same chance for a spread that is estimated (Cornish-Fisher). */
const studentDeviate = (degrees: number): number =>
  DEVIATE +
  (DEVIATE ** 3 + DEVIATE) / (4 * degrees) +
  (5 * DEVIATE ** 5 + 16 * DEVIATE ** 3) / (96 * degrees ** 2);

const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
