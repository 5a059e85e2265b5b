import type { CursorMove, DuePulse, NewRun, PulsePlan } from "./plan-pulse.js";

type UpToPlan = { runs: NewRun[]; moves: CursorMove[] };

/**
 * Plans pulses until there are `most` runs or more. After an absence of days each pulse brings hundreds, and what no
 * transaction could write in its time would never be written: the pulses behind stay due, for the next batch.
 */
export function planUpTo(
  pulses: readonly DuePulse[],
  most: number,
  plan: (pulse: DuePulse) => PulsePlan,
): UpToPlan {
  const batch: UpToPlan = { runs: [], moves: [] };
  for (const pulse of pulses) {
    if (batch.runs.length >= most) break;
    const { runs, move } = plan(pulse);
    for (const run of runs) batch.runs.push(run);
    batch.moves.push(move);
  }
  return batch;
}
