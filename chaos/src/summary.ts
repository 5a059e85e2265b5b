import type { ChaosResult } from "./run-chaos.ts";

/** What a run came to, as one JSON object. */
export function summaryOf({ facts, faults, violations, isCalm, seconds }: ChaosResult, seed: number): object {
  const count = (kind: string) => facts.log.filter((entry) => entry.kind === kind).length;
  const { runs, notices } = facts;
  return {
    seed,
    runs: runs.length,
    effects: count("effect"),
    foundDone: count("found_done"),
    claims: count("claim"),
    states: tally(runs.map(({ state }) => state)),
    notices: tally(notices.map(({ kind }) => kind)),
    recovered: runs.filter(({ generation }) => generation > 0).length,
    retries: runs.reduce((sum, { attempts }) => sum + Math.max(0, attempts - 1), 0),
    faults: tally(faults.map(({ kind }) => kind)),
    replays: tally(facts.log.flatMap((entry) => (entry.kind === "replay" ? [String(entry.status)] : []))),
    violations: tally(violations.map(({ rule }) => rule)),
    isCalm,
    seconds: Object.fromEntries(
      Object.entries(seconds).map(([name, value]) => [name, Math.round(value * 10) / 10]),
    ),
  };
}

function tally(words: readonly string[]): Record<string, number> {
  const counted: Record<string, number> = {};
  for (const word of words) counted[word] = (counted[word] ?? 0) + 1;
  return counted;
}
