import { ask, type Stay } from "./resident-stay.js";
import type { ServerAnswer } from "./server-client.js";
import { readAnswer } from "./work.js";

const RENEW_BEFORE_MS = 60_000;
/** More than a worker can be given while a signal lives. */
const REMEMBERED_SIGNALS = 2_000;

/** What no waiting mends: a person has to do something. */
const FINAL_CODES = new Set(["proof_refused", "runner_token_refused", "worker_disabled"]);

/** Opens a session; the code of a refusal that only a person can mend. */
export async function checkIn(stay: Stay): Promise<string | undefined> {
  const { around, memory } = stay;
  stay.session = undefined;
  const answer = await ask(stay, { path: "/v1/worker/hello", body: stay.hello });
  const body = readAnswer(answer, "hello", around);
  const sessionId = body?.["sessionId"];
  const expiresAt = Date.parse(String(body?.["expiresAt"]));
  if (typeof sessionId !== "string" || Number.isNaN(expiresAt)) return pauseAfter(stay, answer);
  stay.session = { id: sessionId, renewAt: expiresAt - RENEW_BEFORE_MS };
  // Kept in the order in which they came; what falls out is refused for its age.
  memory.signalIds = new Set([...memory.signalIds].slice(-REMEMBERED_SIGNALS));
  stay.backoff.reset();
  around.onEvent({ kind: "checked_in" });
  return undefined;
}

/** Waits before the next try, longer each time. A session that is over is opened again without waiting. */
export async function pauseAfter(stay: Stay, answer: ServerAnswer): Promise<string | undefined> {
  const { around } = stay;
  const code = answer.kind === "answered" ? String(answer.body["code"]) : undefined;
  if (code !== undefined && FINAL_CODES.has(code)) return code;
  if (code === "session_expired" && stay.session !== undefined) {
    stay.session = undefined;
    return undefined;
  }
  if (around.stop.aborted) return undefined;
  const nextTryInMs = stay.backoff.next();
  const why = answer.kind === "answered" ? `refused: ${code}` : answer.why;
  around.onEvent({ kind: "away", why, nextTryInMs });
  await around.sleep(nextTryInMs, around.stop);
  return undefined;
}
