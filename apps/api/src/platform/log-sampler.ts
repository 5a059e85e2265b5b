/** Lines of one kind that are written in one window. */
const LIMIT = 50;
const WINDOW_MS = 10_000;
/** Kinds that are counted at once: beyond it the oldest begin anew. */
const MAX_KINDS = 1_000;

type Kind = { startedAtMs: number; seen: number };

/** What was left out of the log, and how often. */
export type LeftOut = { kind: string; count: number };

/**
 * Keeps a flood of equal events from filling the disk: of each kind, the first 50 in ten seconds are written and
 * the others counted. Whoever is refused ten thousand times a second writes five lines a second and one number.
 */
export class LogSampler {
  private readonly kinds = new Map<string, Kind>();

  constructor(private readonly nowMs: () => number = Date.now) {}

  /** Whether the line is to be written, and what was left out since the last one of its kind was. */
  admit(kind: string): { admitted: boolean; leftOut?: LeftOut } {
    const nowMs = this.nowMs();
    const found = this.kinds.get(kind);
    if (found && nowMs - found.startedAtMs < WINDOW_MS && nowMs >= found.startedAtMs) {
      found.seen += 1;
      return { admitted: found.seen <= LIMIT };
    }
    this.kinds.delete(kind);
    if (this.kinds.size >= MAX_KINDS) this.kinds.delete(this.kinds.keys().next().value ?? "");
    this.kinds.set(kind, { startedAtMs: nowMs, seen: 1 });
    const count = (found?.seen ?? 0) - LIMIT;
    return count > 0 ? { admitted: true, leftOut: { kind, count } } : { admitted: true };
  }
}
