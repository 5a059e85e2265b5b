/**
 * What is waited for at most: a health check that hangs tells nobody anything.
 *
 * @throws Error when `work` takes longer, and what `work` throws
 */
export async function within<T>(work: Promise<T> | T, patienceMs = 2_000): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`No answer within ${patienceMs} ms`)), patienceMs);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
