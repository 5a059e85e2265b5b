import { type FaultFacts, type FaultKind, faultKinds } from "./fault-kinds.ts";
import type { Random } from "./random.ts";

export type PlannedFault = {
  /** Seconds after the beginning. */
  atSeconds: number;
  kind: string;
  /** Which process or worker; 0 where there is only one. */
  target: number;
  facts: FaultFacts;
};

export type PlanRequest = {
  random: Random;
  /** Faults begin and end within this time. */
  seconds: number;
  processes: number;
  workers: number;
  /** Groups of kinds to draw from; default all. */
  groups?: readonly FaultKind["group"][];
  /** Seconds between two faults, on average. */
  everySeconds?: number;
};

/** A process needs this long to start again after its fault. */
const RESTART_SECONDS = 2;

/**
 * Draws the faults of a run. The same random numbers give the same plan; no target has two faults at once, and
 * all are over at the end.
 */
export function planFaults(request: PlanRequest): PlannedFault[] {
  const { random, seconds, everySeconds = 1.2 } = request;
  const kinds = faultKinds.filter(({ group }) => request.groups?.includes(group) ?? true);
  const freeAt = new Map<string, number>();
  const plan: PlannedFault[] = [];
  if (kinds.length === 0) return plan;
  for (let at = random.between(1, 2); at < seconds; at += random.between(0.2, 1.8) * everySeconds) {
    const kind = random.pickWeighted(kinds);
    const facts = kind.draw(random);
    const target = random.index(countOf(kind, request));
    const place = `${kind.target} ${target}`;
    const endsAt = at + facts.seconds;
    if (at < (freeAt.get(place) ?? 0) || endsAt > seconds) continue;
    freeAt.set(place, endsAt + RESTART_SECONDS);
    plan.push({ atSeconds: Math.round(at * 100) / 100, kind: kind.name, target, facts });
  }
  return plan;
}

function countOf({ target }: FaultKind, { processes, workers }: PlanRequest): number {
  if (target === "process") return processes;
  return target === "worker" ? workers : 1;
}

/** One line for people. */
export const describeFault = ({ atSeconds, kind, target, facts }: PlannedFault): string =>
  `${atSeconds.toFixed(2).padStart(7)} s  ${kind} ${target}  ${Object.entries(facts)
    .map(([name, value]) => `${name}=${value}`)
    .join(" ")}`;
