import type {
  ClaimedRun,
  HeartbeatRequest,
  ReleaseRequest,
  ReportRequest,
} from "@pulsekeep/contracts/worker-protocol";
import { isPlainObject } from "@pulsekeep/signing";
import { performRun } from "./perform-run.js";
import { checkIn, pauseAfter } from "./resident-session.js";
import { ask, askToTheEnd, type Stay, surroundingsOf } from "./resident-stay.js";
import { readAnswer } from "./work.js";

const HEARTBEAT_EVERY_MS = 60_000;
/** Longer than a signal lives: nobody waits for a report that comes later. */
const DELIVER_WITHIN_MS = 20 * 60_000;

/** Performs claimed runs one after the other, holding the leases of those that wait. */
export async function performAll(stay: Stay, runs: readonly ClaimedRun[]): Promise<void> {
  // The user may have changed the bounds since the last claim.
  stay.memory.allow = undefined;
  let waiting = [...runs];
  while (waiting.length > 0) {
    if (stay.around.stop.aborted) return giveBack(stay, waiting);
    const lost = await holding(stay, waiting, (run) => performOne(stay, run));
    waiting = waiting.slice(1).filter(({ runId }) => !lost.has(runId));
  }
}

/** Gives runs back that this worker will not perform, so that they are offered again at once. */
export async function giveBack(stay: Stay, runs: readonly ClaimedRun[]): Promise<void> {
  if (runs.length === 0) return;
  const body: ReleaseRequest = { runs: runs.map(({ runId, fence }) => ({ runId, fence })) };
  readAnswer(await askToTheEnd(stay, { path: "/v1/worker/release", body }), "release", stay.around);
}

async function performOne(stay: Stay, run: ClaimedRun): Promise<void> {
  const { config, around, memory } = stay;
  const startedAt = around.now().toISOString();
  const { signalId, result } = await performRun(run, { config, around: surroundingsOf(stay), memory });
  const reason = "reason" in result ? result.reason : undefined;
  const said = reason === undefined ? "" : ` (${reason.code}: ${reason.detail})`;
  around.log(`run ${run.runId}: ${result.outcome}${said}`);
  const { runId, fence } = run;
  await deliver(stay, {
    runId,
    fence,
    signalId,
    startedAt,
    finishedAt: around.now().toISOString(),
    result,
  });
  around.onEvent({ kind: "performed", runId, outcome: result.outcome, reasonCode: reason?.code ?? null });
}

/** Reports until the server has heard it: an effect that nobody knows of has to be looked for again. */
async function deliver(stay: Stay, body: ReportRequest): Promise<void> {
  const { around } = stay;
  const endsAt = around.now().getTime() + DELIVER_WITHIN_MS;
  for (;;) {
    const answer = await askToTheEnd(stay, { path: "/v1/worker/report", body });
    if (readAnswer(answer, "report", around) !== undefined) return;
    const isOver = around.stop.aborted || around.now().getTime() >= endsAt;
    const isSessionOver = answer.kind === "answered" && answer.body["code"] === "session_expired";
    if (isOver || (answer.kind === "answered" && !isSessionOver)) return;
    const refused = isSessionOver ? await checkIn(stay) : await pauseAfter(stay, answer);
    if (refused !== undefined) return;
  }
}

/**
 * Performs the first of `runs` while heartbeats hold them all; returns the ids of those that are not this worker's
 * any more.
 */
async function holding(
  stay: Stay,
  runs: readonly ClaimedRun[],
  perform: (run: ClaimedRun) => Promise<void>,
): Promise<Set<string>> {
  const [first] = runs;
  const lost = new Set<string>();
  if (first === undefined) return lost;
  const done = new AbortController();
  const beating = beat(stay, runs, { lost, done: done.signal });
  try {
    await perform(first);
  } finally {
    done.abort();
    await beating;
  }
  return lost;
}

async function beat(
  stay: Stay,
  runs: readonly ClaimedRun[],
  { lost, done }: { lost: Set<string>; done: AbortSignal },
): Promise<void> {
  const body: HeartbeatRequest = { runs: runs.map(({ runId, fence }) => ({ runId, fence })) };
  for (;;) {
    await stay.around.sleep(HEARTBEAT_EVERY_MS, done);
    if (done.aborted) return;
    const answer = await ask(stay, { path: "/v1/worker/heartbeat", body });
    const held = readAnswer(answer, "heartbeat", stay.around)?.["held"];
    if (!Array.isArray(held)) continue;
    const heldIds = new Set(held.map((run: unknown) => (isPlainObject(run) ? run["runId"] : undefined)));
    for (const { runId } of runs) if (!heldIds.has(runId)) lost.add(runId);
  }
}
