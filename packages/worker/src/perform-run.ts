import type { ClaimedRun, RunOutcome } from "@pulsekeep/contracts/worker-protocol";
import { compareSeq, deriveAcceptedKeys, isSignalExpired, openSignal, type Signal } from "@pulsekeep/signing";
import { type Action, parseAction } from "./action.js";
import { type AllowList, findForbidden, parseAllowList } from "./allow-list.js";
import type { WorkerConfig } from "./config.js";
import { commit } from "./effects/commit.js";
import type { EffectContext, EffectResult } from "./effects/effect.js";
import { keepalive } from "./effects/keepalive.js";
import { verify } from "./effects/verify.js";
import { apiPath, createGitHub, type GitHub } from "./github-client.js";
import { redact } from "./redact.js";
import { RunFault } from "./run-fault.js";
import type { Surroundings } from "./surroundings.js";

const MAX_DETAIL = 300;

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

/** Opens, checks and performs one claimed run. Never throws: whatever goes wrong is an outcome. */
export async function performRun(
  run: Pick<ClaimedRun, "runId" | "signal">,
  { config, around, memory }: { config: WorkerConfig; around: Surroundings; memory: Memory },
): Promise<PerformedRun> {
  let signalId: string | null = null;
  try {
    const signal = open(run, config, around.now());
    signalId = signal.signalId;
    const parsed = parseAction(signal);
    if (!parsed.ok) throw new RunFault("refused", parsed.code, parsed.detail);
    requireNew(signal, parsed.action, memory);
    const github = createGitHub(config, around);
    memory.allow ??= await readAllowList(github, config.repository);
    const forbidden = findForbidden(memory.allow, parsed.action);
    if (forbidden !== undefined) throw new RunFault("refused", "not_allowed", forbidden);
    const requireFresh = () => {
      if (isSignalExpired(signal, around.now())) {
        throw new RunFault("failed", "signal_expired", "the signal expired before its effect");
      }
    };
    requireFresh();
    const { repository } = config;
    const context = {
      github,
      allow: memory.allow,
      runId: run.runId,
      repository,
      now: () => around.now(),
      requireFresh,
    };
    return { signalId, result: await perform(parsed.action, context) };
  } catch (fault) {
    return { signalId, result: describe(fault, config.secrets) };
  }
}

function perform(action: Action, context: EffectContext): Promise<EffectResult> {
  switch (action.kind) {
    case "verify":
      return verify(context);
    case "commit":
      return commit(context, action.params);
    case "keepalive":
      return keepalive(context, action.params);
  }
}

function open(run: Pick<ClaimedRun, "runId" | "signal">, config: WorkerConfig, now: Date): Signal {
  const findKeys = deriveAcceptedKeys({ ...config, now });
  const opened = openSignal({ sealed: run.signal, findKeys, workerId: config.clientId, now });
  if (!opened.ok) {
    // Late is not wrong: the server may offer the run again, with a signal of its own.
    if (opened.reason === "expired")
      throw new RunFault("failed", "signal_expired", "the signal came too late");
    throw new RunFault("refused", "signal_refused", `signal: ${opened.reason}`);
  }
  if (opened.signal.runId !== run.runId)
    throw new RunFault("refused", "signal_refused", "signal of another run");
  return opened.signal;
}

/** A signal works once, and never after a later one of its lane. What outlives this process is in the repository. */
function requireNew(signal: Signal, action: Action, memory: Memory): void {
  if (memory.signalIds.has(signal.signalId))
    throw new RunFault("refused", "signal_refused", "signal seen before");
  memory.signalIds.add(signal.signalId);
  if (action.kind !== "commit") return;
  const lane = `${action.params.owner}/${action.params.repo}@${action.params.branch}`;
  const order = compareSeq(signal.seq, memory.seqs.get(lane));
  if (order === "stale") throw new RunFault("refused", "stale_order", "a later run of this lane came first");
  memory.seqs.set(lane, signal.seq);
}

/** Reads the user's bounds at the default branch, where only the user's own commits put them. */
async function readAllowList(github: GitHub, repository: string): Promise<AllowList> {
  const path = `/repos${apiPath(...repository.split("/"))}/contents/allow.json`;
  const accept = "application/vnd.github.raw+json";
  const answer = await github({ method: "GET", path, accept, repeatable: true });
  const allow = answer.kind === "ok" ? parseAllowList(answer.bytes) : undefined;
  if (allow === undefined)
    throw new RunFault("refused", "allow_list_unreadable", "allow.json is missing or malformed");
  return allow;
}

function describe(fault: unknown, secrets: readonly string[]): RunOutcome {
  if (fault instanceof RunFault) {
    const detail = redact(fault.message, secrets).slice(0, MAX_DETAIL);
    return { outcome: fault.outcome, reason: { code: fault.code, detail } };
  }
  const name = fault instanceof Error ? fault.name : "fault";
  // Something nobody foresaw may have come after an effect, so it is not called a failure.
  return {
    outcome: "unknown",
    reason: { code: "worker_fault", detail: redact(name, secrets).slice(0, MAX_DETAIL) },
  };
}
