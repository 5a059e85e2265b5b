import type { ClaimedRun, ReleaseRequest, ReportRequest } from "@pulsekeep/contracts/worker-protocol";
import { keepLeases, type LeaseKeeper } from "./lease-keeper.js";
import { performRun } from "./perform-run.js";
import { checkIn, pauseAfter } from "./resident-session.js";
import { ask, askToTheEnd, type Stay, surroundingsOf } from "./resident-stay.js";
import { readAnswer } from "./work.js";

/** Longer than a signal lives: nobody waits for a report that comes later. */
const DELIVER_WITHIN_MS = 20 * 60_000;

/** Performs claimed runs one after the other, holding the leases of those that wait. */
export async function performAll(stay: Stay, runs: readonly ClaimedRun[]): Promise<void> {
  // The user may have changed the bounds since the last claim.
  stay.memory.allow = undefined;
  const keeper = keepLeases(runs, stay.around.now, (body) =>
    ask(stay, { path: "/v1/worker/heartbeat", body, attempts: 1 }),
  );
  for (const [index, run] of runs.entries()) {
    if (stay.around.stop.aborted) return giveBack(stay, runs.slice(index));
    if (await keeper.isHeld(run.runId)) await performOne(stay, run, keeper);
  }
}

/** Gives runs back that this worker will not perform, so that they are offered again at once. */
export async function giveBack(stay: Stay, runs: readonly ClaimedRun[]): Promise<void> {
  if (runs.length === 0) return;
  const body: ReleaseRequest = { runs: runs.map(({ runId, fence }) => ({ runId, fence })) };
  readAnswer(await askToTheEnd(stay, { path: "/v1/worker/release", body }), "release", stay.around);
}

async function performOne(stay: Stay, run: ClaimedRun, keeper: LeaseKeeper): Promise<void> {
  const { config, around, memory } = stay;
  const { runId, fence } = run;
  const startedAt = around.now().toISOString();
  const isHeld = () => keeper.isHeld(runId);
  const { signalId, result } = await performRun(run, {
    config,
    around: surroundingsOf(stay),
    memory,
    isHeld,
  });
  keeper.drop(runId);
  const reason = "reason" in result ? result.reason : undefined;
  const said = reason === undefined ? "" : ` (${reason.code}: ${reason.detail})`;
  around.log(`run ${runId}: ${result.outcome}${said}`);
  const finishedAt = around.now().toISOString();
  await deliver(stay, { runId, fence, signalId, startedAt, finishedAt, result });
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
