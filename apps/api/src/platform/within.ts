const PATIENCE_MS = 2_000;

/**
 * What a check is waited for at most: a health check that hangs tells nobody anything.
 *
 * @throws Error when `work` takes longer, and what `work` throws
 */
export async function within<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`No answer within ${PATIENCE_MS} ms`)), PATIENCE_MS);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
