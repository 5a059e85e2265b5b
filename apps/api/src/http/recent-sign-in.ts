import { AppError } from "./app-error.js";
import type { UserCaller } from "./caller.js";

/** A sign-in is a proof of who is there for this long. */
const RECENT_MS = 10 * 60_000;

/** Whether the session is fresh: its own age counts, however lately it was used. */
export function isRecentSignIn({ signedInAt }: Pick<UserCaller, "signedInAt">, now: Date): boolean {
  return now.getTime() - signedInAt.getTime() < RECENT_MS;
}

/**
 * For what cannot be taken back, or lets somebody else in: a session that was left open or stolen is not enough.
 *
 * @throws AppError `sign_in_again`
 */
export function requireRecentSignIn(caller: Pick<UserCaller, "signedInAt">, now: Date): void {
  if (!isRecentSignIn(caller, now)) throw new AppError("sign_in_again");
}
