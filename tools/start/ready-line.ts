import path from "node:path";
import type { StartOptions } from "./start-options.ts";

/** The last words of a start: where it is, how to get in, where the data lives, how to stop it. */
export function readyLines(options: StartOptions, seconds: number): string[] {
  const signIn = options.usesStandIn
    ? 'create an account with e-mail and password, or "Continue with GitHub" as octo-alice (local stand-in)'
    : "create an account with e-mail and password, or with GitHub";
  const data = path.relative(process.cwd(), options.dataDir) || options.dataDir;
  const shown = data.startsWith("..") ? options.dataDir : data;
  const lines: string[] = [];
  if (options.usesStandIn && options.timeScale !== 1) lines.push(`  ${describeTimeScale(options.timeScale)}`);
  lines.push(
    `PulseKeep is ready at ${options.publicUrl} (${seconds.toFixed(1)} s). Sign in: ${signIn}. Data: ${shown}. Stop: Ctrl-C.`,
  );
  return lines;
}

function describeTimeScale(scale: number): string {
  const hourSeconds = Math.round(3600 / scale);
  return (
    `the local GitHub's schedules run ${scale} times faster: an hourly one fires every ${hourSeconds} s ` +
    "(PULSEKEEP_DEMO_TIME_SCALE=1 for real time)"
  );
}
