/** A start that cannot succeed as things are. The message says what is wrong and the way out. */
export class StartFailure extends Error {}

const advice: Record<string, (place: string) => string> = {
  ENOSPC: (place) => `The disk that holds ${place} is full. Free some space, then start again.`,
  EDQUOT: (place) => `The disk quota for ${place} is used up. Free some space, then start again.`,
  EACCES: (place) =>
    `This user may not write to ${place}. Give it the folder, or choose another with PULSEKEEP_DATA_DIR.`,
  EPERM: (place) =>
    `This user may not change ${place}. Give it the folder, or choose another with PULSEKEEP_DATA_DIR.`,
  EROFS: (place) => `${place} is on a read-only disk. Choose another folder with PULSEKEEP_DATA_DIR.`,
  ENOTDIR: (place) => `${place} is not a folder. Choose another with PULSEKEEP_DATA_DIR.`,
  EEXIST: (place) => `${place} exists but is not a folder. Choose another with PULSEKEEP_DATA_DIR.`,
};

/** Turns what the file system refused into a message with the way out; anything else passes unchanged. */
export function explainFileFailure(error: unknown, place: string): unknown {
  const code = (error as NodeJS.ErrnoException | undefined)?.code ?? "";
  const text = Object.hasOwn(advice, code) ? advice[code]?.(place) : undefined;
  return text ? new StartFailure(text, { cause: error }) : error;
}
