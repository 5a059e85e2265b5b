/**
 * Says what is being done and how long it took, as plain lines: they read the same in a terminal and in a log.
 * @template T
 * @param {string} what
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withProgress(what, work) {
  const startedAt = Date.now();
  const seconds = () => Math.round((Date.now() - startedAt) / 1000);
  console.log(`  ${what} ...`);
  const ticker = setInterval(() => console.log(`  ${what} ... ${seconds()} s`), 10_000);
  try {
    const result = await work();
    console.log(`  ${what}: done in ${((Date.now() - startedAt) / 1000).toFixed(1)} s`);
    return result;
  } finally {
    clearInterval(ticker);
  }
}
