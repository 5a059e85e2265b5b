/**
 * Says what is being done and how long it took, as plain lines: they read the same in a terminal and in a log.
 * On standard error, because the standard output of some commands is for programs to read.
 * @template T
 * @param {string} what
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withProgress(what, work) {
  const startedAt = Date.now();
  const seconds = () => Math.round((Date.now() - startedAt) / 1000);
  console.error(`  ${what} ...`);
  const ticker = setInterval(() => console.error(`  ${what} ... ${seconds()} s`), 10_000);
  try {
    const result = await work();
    console.error(`  ${what}: done in ${((Date.now() - startedAt) / 1000).toFixed(1)} s`);
    return result;
  } finally {
    clearInterval(ticker);
  }
}
