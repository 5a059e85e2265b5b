import type { LogEntry } from "../effect-log.ts";
import type { PulseSpec } from "../population.ts";

export type RunFact = {
  id: string;
  workerId: string;
  pulseId: string | null;
  laneId: string;
  state: string;
  slot: string;
  generation: number;
  recoversRunId: string | null;
  seq: number | null;
  fence: number;
  attempts: number;
  reason: string | null;
  plannedAt: Date;
  /** When somebody planned it: in its time, or after an absence. */
  createdAt: Date;
  windowEndsAt: Date;
  endedAt: Date | null;
  nextActionAt: Date | null;
};

export type PulseFact = { id: string; state: string; cursorAt: Date };
export type NoticeFact = { runId: string; kind: string };
export type StreamFact = {
  stream: string;
  length: number;
  pending: number;
  delayed: number;
  /** Shards whose data is other than that for which everything open was emitted. */
  forgotten: number;
};

/** What the checker reads: the effect log, what was put in, and what the system says of itself in the end. */
export type Facts = {
  log: readonly LogEntry[];
  pulses: readonly PulseSpec[];
  /** Slots due until then must be in the ledger; by the database's clock. */
  dueUntil: Date;
  /** When the pulses had been paused: nothing later may be in the ledger. */
  pausedAt: Date;
  /** Recoveries planned for later than this have not begun. */
  settledAt: Date;
  runs: readonly RunFact[];
  pulseRows: readonly PulseFact[];
  notices: readonly NoticeFact[];
  streams: readonly StreamFact[];
  outboxRows: number;
  /** Processes that ended by themselves, each with the end of its log. */
  deaths: readonly { process: string; log: string }[];
  /** Ids of pulses with the number of audit entries that say they were created. */
  createdPulses: readonly { id: string; entries: number }[];
};
