/** A signed note and its place: a checkpoint as it was published. */
interface PublishedLog {
  /** What the log calls itself. */
  origin: string;
  /** `name+id+base64(type, key)`. */
  keys: readonly string[];
  /** Signed notes, the oldest first. */
  checkpoints: readonly string[];
}

/** An entry of the log with what proves it to a checkpoint. */
export interface ProvenEntry {
  entry: unknown;
  salt: string;
  leafIndex: number;
  treeSize: number;
  proof: readonly string[];
}

/** Where a log is read from. Nothing of what it says is believed. */
export interface LogSource {
  /** For people: the server's address or the file's name. */
  name: string;
  /** @param from the size of a log whose checkpoint is kept: older ones are not needed */
  readLog: (from: number) => Promise<PublishedLog>;
  /** Proof that the log of `from` leaves is the beginning of that of `to` leaves; undefined when there is none. */
  findConsistency: (from: number, to: number) => Promise<readonly string[] | undefined>;
  /** Hashes of the leaves `[from, to)` in pieces; undefined when the source does not give them. */
  findLeaves: (from: number, to: number) => Promise<AsyncIterable<readonly string[]> | undefined>;
  entries: readonly ProvenEntry[];
}
