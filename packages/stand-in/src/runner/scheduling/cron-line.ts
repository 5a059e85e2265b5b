import { Cron } from "croner";

/** POSIX cron without the extensions (seconds, years, `L`, `W`, `#`, `?`, `@daily`) that the library adds. */
const FIELD = /^[\dA-Za-z*,/-]+$/;
const WORDS = new Set(
  "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC SUN MON TUE WED THU FRI SAT".split(" "),
);
/**
 * "The shortest interval you can run scheduled workflows is once every 5 minutes."
 * https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows#schedule
 */
const SHORTEST_INTERVAL_MS = 5 * 60_000;

function openCron(line: string): Cron {
  return new Cron(line, { mode: "5-part", timezone: "UTC", paused: true });
}

/** Five fields of POSIX cron, in UTC. */
export function isCronLine(line: string): boolean {
  const fields = line.trim().split(/\s+/);
  const plain = fields.every(
    (field) =>
      FIELD.test(field) && (field.match(/[A-Za-z]+/g) ?? []).every((word) => WORDS.has(word.toUpperCase())),
  );
  if (fields.length !== 5 || !plain) return false;
  try {
    openCron(line);
    return true;
  } catch {
    return false;
  }
}

/**
 * The first instant after `afterAt` that the line matches and that keeps GitHub's shortest interval from
 * `lastAt`. Milliseconds since the epoch; undefined if there is none (such as 30 February).
 */
export function findNextDue(
  line: string,
  { afterAt, lastAt }: { afterAt: number; lastAt?: number },
): number | undefined {
  // The library looks strictly after the instant it is given; a cron instant falls on whole minutes.
  const from = lastAt === undefined ? afterAt : Math.max(afterAt, lastAt + SHORTEST_INTERVAL_MS - 1000);
  return openCron(line).nextRun(new Date(from))?.getTime();
}
