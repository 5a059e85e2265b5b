import { setTimeout as delay } from "node:timers/promises";

/**
 * Looks again and again until `look` gives something other than undefined or false, and returns that.
 *
 * @throws Error when the deadline passes, with what the last look failed on
 */
export async function eventually<T>(
  look: () => Promise<T | undefined | false> | T | undefined | false,
  options: { timeoutMs?: number; what?: string } = {},
): Promise<T> {
  const deadline = performance.now() + (options.timeoutMs ?? 15_000);
  let failure: unknown;
  do {
    try {
      const found = await look();
      if (found !== undefined && found !== false) return found;
      failure = undefined;
    } catch (error) {
      failure = error;
    }
    await delay(20);
  } while (performance.now() < deadline);
  throw new Error(`Did not happen in time: ${options.what ?? look.toString().slice(0, 200)}`, {
    cause: failure,
  });
}
