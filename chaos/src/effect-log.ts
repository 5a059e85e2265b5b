import { closeSync, openSync, writeSync } from "node:fs";

/** A run as a claim handed it out. */
export type Granted = {
  run: string;
  fence: number;
  seq: number;
  lane: string;
  jti: string;
  expiresAt: number;
};

/** What happened outside of the system, in the order in which it happened. Instants in milliseconds. */
export type LogEntry =
  | { kind: "claim"; at: number; worker: string; claimId: string; granted: Granted[] }
  /** The effect: what a commit in the user's repository would be. */
  | ({ kind: "effect"; at: number; worker: string } & Granted)
  /** A worker was about to act and found that it had been done. */
  | ({ kind: "found_done"; at: number; worker: string } & Granted)
  | {
      kind: "report";
      at: number;
      run: string;
      fence: number;
      outcome: string;
      status: number;
      state: string | null;
    }
  /** A request that was answered before, sent again as it was. */
  | { kind: "replay"; at: number; path: string; status: number }
  /** An answer whose proof does not hold. */
  | { kind: "unproven"; at: number; path: string; status: number }
  | { kind: "created"; at: number; what: "pulse" | "run"; id: string }
  | { kind: "fault"; at: number; fault: string };

/** Append-only, one JSON line per entry; what the fake workers did, in memory and in a file that outlives a crash. */
export class EffectLog {
  readonly entries: LogEntry[] = [];
  private readonly file: number;
  private readonly done = new Map<string, Granted>();

  constructor(path: string) {
    this.file = openSync(path, "a");
  }

  write(entry: LogEntry): void {
    this.entries.push(entry);
    if (entry.kind === "effect") this.done.set(entry.run, entry);
    writeSync(this.file, `${JSON.stringify(entry)}\n`);
  }

  /** Looks for the effect of a run, as the real worker looks for its mark in the repository. */
  findEffect(run: string): Granted | undefined {
    return this.done.get(run);
  }

  close(): void {
    closeSync(this.file);
  }
}
