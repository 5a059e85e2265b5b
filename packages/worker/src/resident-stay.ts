import type { HelloRequest } from "@pulsekeep/contracts/worker-protocol";
import type { Backoff } from "./backoff.js";
import type { WorkerConfig } from "./config.js";
import type { Memory } from "./perform-run.js";
import { askServer, type ServerAnswer, type ServerQuestion } from "./server-client.js";
import type { Surroundings } from "./surroundings.js";

/** What whoever watches a resident worker is told. */
export type ResidentEvent =
  | { kind: "checked_in" }
  /** A claim was answered, with or without runs. */
  | { kind: "heard" }
  | { kind: "away"; why: string; nextTryInMs: number }
  | { kind: "performed"; runId: string; outcome: string; reasonCode: string | null };

/** Surroundings of a worker that stays until `stop` is aborted. */
export interface ResidentSurroundings extends Omit<Surroundings, "isStopping" | "sleep"> {
  /** Ends early once `until` is aborted. */
  sleep: (ms: number, until?: AbortSignal) => Promise<void>;
  /** Evenly from 0 to 1: scatters what many workers would do at the same moment. */
  random: () => number;
  stop: AbortSignal;
  onEvent: (event: ResidentEvent) => void;
}

/** A worker while it stays: its session with the server, and what it has seen. */
export interface Stay {
  config: WorkerConfig;
  around: ResidentSurroundings;
  hello: HelloRequest;
  memory: Memory;
  backoff: Backoff;
  session: { id: string; renewAt: number } | undefined;
}

/** Asks and gives up when the worker is stopped, in the middle of a long poll too. */
export function ask(stay: Stay, question: ServerQuestion): Promise<ServerAnswer> {
  const { around } = stay;
  const cut: typeof fetch = async (input, init) => {
    const end = new AbortController();
    const abort = () => end.abort();
    init?.signal?.addEventListener("abort", abort);
    // Taken off again: a signal that lives for months must not gather what every poll has left on it.
    around.stop.addEventListener("abort", abort);
    try {
      if (around.stop.aborted) abort();
      return await around.fetch(input, { ...init, signal: end.signal });
    } finally {
      around.stop.removeEventListener("abort", abort);
    }
  };
  return askServer(stay.config, { ...surroundingsOf(stay), fetch: cut }, withSession(stay, question));
}

/** Asks to the end, stopped or not: for what ends something that the worker has begun. */
export function askToTheEnd(stay: Stay, question: ServerQuestion): Promise<ServerAnswer> {
  const { around } = stay;
  const patient = {
    ...around,
    isStopping: () => false,
    sleep: (ms: number) => around.sleep(scatter(stay, ms)),
  };
  return askServer(stay.config, patient, withSession(stay, question));
}

/** What an effect is given: it is not cut off, but begins no second try once the worker is stopped. */
export function surroundingsOf(stay: Stay): Surroundings {
  const { around } = stay;
  return {
    ...around,
    isStopping: () => around.stop.aborted,
    sleep: (ms) => around.sleep(scatter(stay, ms), around.stop),
  };
}

const scatter = (stay: Stay, ms: number): number => Math.round(ms * (1 + stay.around.random() / 2));

function withSession(stay: Stay, question: ServerQuestion): ServerQuestion {
  return { ...question, sessionId: stay.session?.id };
}
