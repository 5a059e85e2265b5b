/** The file whose presence, with `isMarker`, says that a repository is a worker's. */
export const MARKER_PATH = "worker.mjs";

const FIRST_WORDS = "// KeepStreak worker ";

/** True for the text of any release of the worker: only then may provisioning adopt a repository that exists. */
export function isMarker(source: string): boolean {
  return source.startsWith(FIRST_WORDS);
}
