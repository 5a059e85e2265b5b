import { setTimeout as delay } from "node:timers/promises";

/**
 * Looks again and again until `look` gives something other than undefined or false, and returns that.
 *
 * @throws Error when the deadline passes, with what the last look failed on
 */
export async function awaitCondition<T>(
  what: string,
  look: () => Promise<T | undefined | false> | T | undefined | false,
  options: { timeoutMs: number; everyMs?: number; signal?: AbortSignal },
): Promise<T> {
  const deadline = performance.now() + options.timeoutMs;
  let failure: unknown;
  do {
    options.signal?.throwIfAborted();
    try {
      const found = await look();
      if (found !== undefined && found !== false) return found;
      failure = undefined;
    } catch (error) {
      failure = error;
    }
    await delay(options.everyMs ?? 50);
  } while (performance.now() < deadline);
  throw new Error(`Did not happen within ${Math.round(options.timeoutMs / 1_000)} s: ${what}`, {
    cause: failure,
  });
}
