/** What this browser remembers of the log, so that the server cannot show it another past. */
export type KeptLog = {
  origin: string;
  /** The last checkpoint that was verified here. */
  note: string;
  /** Keys that this browser trusts since it first saw them. */
  keys: string[];
  keptAt: string;
};

const NAME = "pulsekeep.audit.log";

/** What was kept, or undefined: nothing yet, no storage, or something that is not ours. */
export function readKeptLog(): KeptLog | undefined {
  try {
    const kept = JSON.parse(localStorage.getItem(NAME) ?? "null") as unknown;
    return isKeptLog(kept) ? kept : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps it; a browser without storage verifies each time as if it were the first. */
export function keepLog(kept: KeptLog): void {
  try {
    localStorage.setItem(NAME, JSON.stringify(kept));
  } catch {
    // Private windows and full storage: nothing is lost but the comparison next time.
  }
}

export function forgetLog(): void {
  localStorage.removeItem(NAME);
}

function isKeptLog(value: unknown): value is KeptLog {
  if (typeof value !== "object" || value === null) return false;
  const { origin, note, keys, keptAt } = value as Record<string, unknown>;
  const texts = [origin, note, keptAt, ...(Array.isArray(keys) ? keys : [undefined])];
  return texts.every((it) => typeof it === "string");
}
