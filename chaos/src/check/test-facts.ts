import type { LogEntry } from "../effect-log.ts";
import type { PulseSpec } from "../population.ts";
import type { Facts, RunFact } from "./facts.ts";

const START = Date.parse("2026-03-01T12:00:00.000Z");
export const at = (seconds: number): number => START + seconds * 1_000;

/** Occurs at 60, 120, 180 ... seconds after the start. */
export const pulse: PulseSpec = {
  id: "pulse-1",
  workspaceId: "workspace-1",
  workerId: "worker-1",
  laneId: "lane-1",
  branch: "main",
  schedule: { kind: "every", everyMinutes: 1, anchorAt: new Date(START).toISOString() },
  timeZone: "UTC",
  jitterSecret: "secret",
  recovery: "catch_up_all",
  cursorAt: new Date(START).toISOString(),
};

export const slotAt = (seconds: number): string => `${new Date(at(seconds)).toISOString().slice(0, 19)}Z`;

/** The run of the slot so many seconds after the start, done at once. */
export const runAt = (seconds: number, changes: Partial<RunFact> = {}): RunFact => ({
  id: `run-${seconds}`,
  workerId: "worker-1",
  pulseId: pulse.id,
  laneId: "lane-1",
  state: "succeeded",
  slot: slotAt(seconds),
  generation: 0,
  recoversRunId: null,
  seq: seconds / 60,
  fence: 1,
  attempts: 1,
  reason: null,
  plannedAt: new Date(at(seconds)),
  createdAt: new Date(at(seconds)),
  windowEndsAt: new Date(at(seconds + 30)),
  endedAt: new Date(at(seconds + 1)),
  nextActionAt: null,
  ...changes,
});

/** What a worker was given for that run, at that fence. */
export const grantedAt = (seconds: number, fence = 1) => ({
  run: `run-${seconds}`,
  fence,
  seq: seconds / 60,
  lane: "lane-1",
  jti: `signal-${seconds}-${fence}`,
  expiresAt: at(seconds + 5),
});

export const claimAt = (seconds: number, fence = 1): LogEntry => ({
  kind: "claim",
  at: at(seconds),
  worker: "worker-1",
  claimId: `claim-${seconds}-${fence}`,
  granted: [grantedAt(seconds, fence)],
});

export const effectAt = (seconds: number, fence = 1): Extract<LogEntry, { kind: "effect" }> => ({
  kind: "effect",
  at: at(seconds),
  worker: "worker-1",
  ...grantedAt(seconds, fence),
});

export const reportAt = (seconds: number, fence: number, status: number): LogEntry => ({
  kind: "report",
  at: at(seconds + 1),
  run: `run-${seconds}`,
  fence,
  outcome: "succeeded",
  status,
  state: status === 200 ? "succeeded" : null,
});

/** Two slots, both done once, in order, and nothing left. */
export const cleanFacts = (changes: Partial<Facts> = {}): Facts => ({
  log: [claimAt(60), effectAt(60), reportAt(60, 1, 200), claimAt(120), effectAt(120), reportAt(120, 1, 200)],
  pulses: [pulse],
  dueUntil: new Date(at(130)),
  pausedAt: new Date(at(140)),
  settledAt: new Date(at(150)),
  runs: [runAt(60), runAt(120)],
  pulseRows: [{ id: pulse.id, state: "paused", cursorAt: new Date(at(120)) }],
  notices: [],
  streams: [{ stream: "runs.queued", length: 0, pending: 0, delayed: 0, forgotten: 0 }],
  outboxRows: 0,
  createdPulses: [],
  deaths: [],
  ...changes,
});
