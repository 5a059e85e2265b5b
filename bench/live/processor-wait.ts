import { readFileSync } from "node:fs";

/** Linux counts here for how long some process has waited for a processor, in microseconds. */
const PRESSURE_FILE = "/proc/pressure/cpu";

/**
 * From now on, the share of the time in which some process of the machine waited for a processor, 0..1. Near 1 the
 * shops hold each other up, or something else does: what they serve is slow without any fault of theirs. The answer
 * is undefined where the system does not count it.
 */
export function watchProcessorWait(): () => number | undefined {
  const [fromMs, fromUs] = [performance.now(), findWaitedUs()];
  return () => {
    const untilUs = findWaitedUs();
    if (fromUs === undefined || untilUs === undefined) return undefined;
    return Math.min(1, (untilUs - fromUs) / 1_000 / (performance.now() - fromMs));
  };
}

function findWaitedUs(): number | undefined {
  try {
    const total = /^some .*total=(\d+)/m.exec(readFileSync(PRESSURE_FILE, "utf8"))?.[1];
    return total === undefined ? undefined : Number(total);
  } catch {
    return undefined;
  }
}
