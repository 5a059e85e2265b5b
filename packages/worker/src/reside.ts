import type { ClaimRequest, HelloRequest } from "@pulsekeep/contracts/worker-protocol";
import { createBackoff } from "./backoff.js";
import type { WorkerConfig } from "./config.js";
import { giveBack, performAll } from "./resident-runs.js";
import { checkIn, pauseAfter } from "./resident-session.js";
import { ask, askToTheEnd, type ResidentSurroundings, type Stay } from "./resident-stay.js";
import type { ServerQuestion } from "./server-client.js";
import { readAnswer, readRuns } from "./work.js";

/** Why a resident worker ended: it was asked to, or a person has to do something about the server's refusal. */
export type ResidentEnd = { kind: "stopped" } | { kind: "refused"; code: string };

const MAX_RUNS_PER_CLAIM = 5;
const CLAIM_WAIT_SECONDS = 25;

/**
 * Stays with the server until `around.stop` is aborted: waits in long polls, performs and reports what it claims,
 * and reconnects with growing, scattered pauses. When it is stopped it finishes and reports the run that is under
 * way and gives the others back.
 */
export async function reside(
  config: WorkerConfig,
  around: ResidentSurroundings,
  hello: HelloRequest,
): Promise<ResidentEnd> {
  const stay: Stay = {
    config,
    around,
    hello,
    memory: { signalIds: new Set(), seqs: new Map(), allow: undefined },
    backoff: createBackoff(around.random),
    session: undefined,
  };
  while (!around.stop.aborted) {
    const isOver = stay.session === undefined || around.now().getTime() >= stay.session.renewAt;
    const refused = isOver ? await checkIn(stay) : await claimAndPerform(stay);
    if (refused !== undefined) return { kind: "refused", code: refused };
  }
  return { kind: "stopped" };
}

async function claimAndPerform(stay: Stay): Promise<string | undefined> {
  const { around } = stay;
  const claimId = Buffer.from(around.randomBytes(18)).toString("base64url");
  const answer = await ask(stay, claimOf(claimId, CLAIM_WAIT_SECONDS));
  if (answer.kind === "unreachable" && around.stop.aborted) {
    // The poll was cut off. What it has claimed all the same still belongs to this claim, and goes back.
    const claimed = readAnswer(await askToTheEnd(stay, claimOf(claimId, 0)), "claim", around);
    await giveBack(stay, readRuns(claimed?.["runs"]));
    return undefined;
  }
  const body = readAnswer(answer, "claim", around);
  if (body === undefined) return pauseAfter(stay, answer);
  stay.backoff.reset();
  around.onEvent({ kind: "heard" });
  await performAll(stay, readRuns(body["runs"]));
  return undefined;
}

function claimOf(claimId: string, waitSeconds: number): ServerQuestion {
  const body: ClaimRequest = { claimId, max: MAX_RUNS_PER_CLAIM, waitSeconds };
  return { path: "/v1/worker/claim", body, timeoutMs: (waitSeconds + 15) * 1_000 };
}
