import type { ClaimedRun, RunOutcome } from "@pulsekeep/contracts/worker-protocol";
import { compareSeq, deriveAcceptedKeys, isSignalExpired, openSignal, type Signal } from "@pulsekeep/signing";
import { type Action, parseAction } from "./action.js";
import { type AllowList, requireAllowed } from "./allow-list.js";
import type { WorkerConfig } from "./config.js";
import { commit } from "./effects/commit.js";
import { dispatch } from "./effects/dispatch.js";
import type { EffectContext, EffectResult } from "./effects/effect.js";
import { keepalive } from "./effects/keepalive.js";
import { rollback } from "./effects/rollback.js";
import { update } from "./effects/update.js";
import { verify } from "./effects/verify.js";
import { createGitHub, type GitHub } from "./github-client.js";
import { readAllowList } from "./read-allow-list.js";
import { redact } from "./redact.js";
import { fail, refuse, RunFault } from "./run-fault.js";
import type { Surroundings } from "./surroundings.js";

const MAX_DETAIL = 300;
/** A run's id becomes part of messages and names of tags, so nothing else may pass for one. */
const RUN_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What a worker remembers while it is awake. */
export interface Memory {
  signalIds: Set<string>;
  /** Highest `seq` seen, by lane. */
  seqs: Map<string, number>;
  allow: AllowList | undefined;
}

export interface PerformedRun {
  signalId: string | null;
  result: RunOutcome;
}

/**
 * Opens, checks and performs one claimed run. Never throws: whatever goes wrong is an outcome. `isHeld` is asked
 * before each step, and says whether the run is still this worker's to do.
 */
export async function performRun(
  run: Pick<ClaimedRun, "runId" | "signal">,
  surroundings: {
    config: WorkerConfig;
    around: Surroundings;
    memory: Memory;
    isHeld?: () => Promise<boolean>;
  },
): Promise<PerformedRun> {
  const { config, around, memory } = surroundings;
  let signalId: string | null = null;
  try {
    const signal = open(run, config, around.now());
    signalId = signal.signalId;
    const action = parseAction(signal);
    requireNew(signal, action, { memory, log: around.log });
    const github = holdFirst(createGitHub(config, around), surroundings.isHeld);
    memory.allow ??= await readAllowList(github, config.repository);
    requireAllowed(memory.allow, action, { repository: config.repository, runId: run.runId });
    const requireFresh = () => {
      if (isSignalExpired(signal, around.now()))
        fail("signal_expired", "the signal expired before its effect");
    };
    requireFresh();
    const context = { config, around, github, allow: memory.allow, runId: run.runId, requireFresh };
    return { signalId, result: await EFFECTS[action.kind](context, action.params as never) };
  } catch (fault) {
    return { signalId, result: describe(fault, config.secrets) };
  }
}

/** Asks before each call whether the run is still held: what it began may be somebody else's to finish. */
function holdFirst(github: GitHub, isHeld: (() => Promise<boolean>) | undefined): GitHub {
  return async (call) => {
    if ((await isHeld?.()) === false) fail("signal_expired", "the run is not held by this worker any more");
    return github(call);
  };
}

/** What each kind does; which parameters it is given, `Action` says. */
const EFFECTS: Record<Action["kind"], (context: EffectContext, params: never) => Promise<EffectResult>> = {
  verify,
  commit,
  keepalive,
  dispatch,
  rollback,
  update,
};

function open(run: Pick<ClaimedRun, "runId" | "signal">, config: WorkerConfig, now: Date): Signal {
  const findKeys = deriveAcceptedKeys({ ...config, now });
  const opened = openSignal({ sealed: run.signal, findKeys, workerId: config.clientId, now });
  if (!opened.ok) {
    // Late is not wrong: the server may offer the run again, with a signal of its own.
    if (opened.reason === "expired") fail("signal_expired", "the signal came too late");
    refuse("signal_refused", `signal: ${opened.reason}`);
  }
  if (opened.signal.runId !== run.runId || !RUN_ID.test(run.runId))
    refuse("signal_refused", "signal of another run");
  return opened.signal;
}

/** A signal works once, and never after a later one of its lane. What outlives this process is in the repository. */
function requireNew(
  signal: Signal,
  action: Action,
  { memory, log }: { memory: Memory; log: (line: string) => void },
): void {
  if (memory.signalIds.has(signal.signalId)) refuse("signal_replayed", "signal seen before");
  memory.signalIds.add(signal.signalId);
  const lane = laneOf(action);
  if (lane === undefined) return;
  const order = compareSeq(signal.seq, memory.seqs.get(lane));
  if (order === "stale") refuse("stale_order", "a later run of this lane came first");
  if (order === "gap") log(`run ${signal.runId}: runs before it in its lane were left out`);
  memory.seqs.set(lane, signal.seq);
}

/** What must stay in order; `undefined` for what may be done in any. */
function laneOf({ kind, params }: Action): string | undefined {
  if (kind === "commit") return `${params.owner}/${params.repo}@${params.branch}`;
  if (kind !== "dispatch" && kind !== "rollback") return undefined;
  return `${kind} ${params.owner}/${params.repo}/${params.workflow}`;
}

function describe(fault: unknown, secrets: readonly string[]): RunOutcome {
  // Something nobody foresaw may have come after an effect, so it is not called a failure.
  const { outcome, code, message } =
    fault instanceof RunFault
      ? fault
      : new RunFault("unknown", "worker_fault", fault instanceof Error ? fault.name : "fault");
  return { outcome, reason: { code, detail: redact(message, secrets).slice(0, MAX_DETAIL) } };
}
