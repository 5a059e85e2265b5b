import { setTimeout as delay } from "node:timers/promises";

/** What takes long is looked at less often: a look is mostly a request, and its work slows down what is waited for. */
const pauseAfter = (waitedMs: number): number => Math.min(Math.max(waitedMs / 10, 20), 100);

/**
 * Looks again and again until `look` gives something other than undefined or false, and returns that.
 *
 * @throws Error when the deadline passes, with what the last look failed on
 */
export async function eventually<T>(
  look: () => Promise<T | undefined | false> | T | undefined | false,
  options: { timeoutMs?: number; what?: string } = {},
): Promise<T> {
  const startedAt = performance.now();
  const deadline = startedAt + (options.timeoutMs ?? 15_000);
  let failure: unknown;
  do {
    try {
      const found = await look();
      if (found !== undefined && found !== false) return found;
      failure = undefined;
    } catch (error) {
      failure = error;
    }
    await delay(pauseAfter(performance.now() - startedAt));
  } while (performance.now() < deadline);
  throw new Error(`Did not happen in time: ${options.what ?? look.toString().slice(0, 200)}`, {
    cause: failure,
  });
}
