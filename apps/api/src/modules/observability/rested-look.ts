/** What takes less than this is looked at whenever somebody asks. */
const QUICK_MS = 1_000;
/** So many times as long as a slow look took, nobody looks again: it is a twentieth of what one connection does. */
const REST = 20;

/**
 * Shares a look at the tables among all who ask while it lasts, and where it was slow its answer for a while after: over
 * a day of millions of runs, scrapers and open pages would else keep the database busy with nothing but looks. A look
 * that failed is shared for as long as it took: a database that was gone for a moment is not hidden when it is back.
 *
 * @param readMs a clock that never steps back, in milliseconds
 */
export function restedLook<Answer>(
  look: () => Promise<Answer>,
  readMs: () => number = () => performance.now(),
): () => Promise<Answer> {
  let last: Promise<Answer> | undefined;
  let restsUntilMs = Number.POSITIVE_INFINITY;
  return () => {
    const startedMs = readMs();
    if (last !== undefined && startedMs < restsUntilMs) return last;
    restsUntilMs = Number.POSITIVE_INFINITY;
    const rest = (times: number) => () => {
      const endedMs = readMs();
      const tookMs = endedMs - startedMs;
      restsUntilMs = endedMs + (tookMs < QUICK_MS ? 0 : tookMs * times);
    };
    last = look();
    last.then(rest(REST), rest(1));
    return last;
  };
}
