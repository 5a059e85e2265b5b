/** What an entry carries: identifiers and small facts, never content. At most `MAX_BODY_LENGTH` characters as JSON. */
export type EntryBody = Readonly<Record<string, string | number | boolean | null>>;

export interface NewEntry {
  /** Entries of one key share a shard, and so keep their order. */
  key: string;
  body: EntryBody;
}

export interface Entry extends NewEntry {
  /** Opaque; unique within its stream. */
  id: string;
  stream: string;
  /** How often it has been handed out, this time included. */
  deliveries: number;
}

export interface DeadLetter extends NewEntry {
  id: string;
  stream: string;
  reason: string;
  deliveries: number;
  deadAt: Date;
}

export interface AppendOptions {
  /** Not delivered before this instant, by the server's clock. */
  delayUntil?: Date;
}

export interface ConsumeOptions {
  /** Unique per process: what it holds is claimed back by this name. */
  consumer: string;
  /** Upper bound of the entries returned. */
  max: number;
  /** How long to wait for a first entry; 0 (default) looks once. */
  blockMs?: number;
  signal?: AbortSignal;
}

export interface ClaimStaleOptions {
  consumer: string;
  /** Must be longer than any handler takes, or live work is handed out twice. */
  minIdleMs: number;
  max: number;
}

export interface StaleClaim {
  /** Taken over from consumers that went silent; now held by the caller. */
  entries: Entry[];
  /** Handed out too often; already in the dead letter. */
  poisoned: Entry[];
}

export interface StreamState {
  stream: string;
  /** Entries not yet acknowledged, the pending ones included, the delayed ones not. */
  length: number;
  /** Handed out and not yet acknowledged. */
  pending: number;
  delayed: number;
  deadLetters: number;
  /** Age of the oldest entry not yet acknowledged; null when there is none. */
  oldestAgeMs: number | null;
  /** Consumers that hold pending entries. */
  consumers: { name: string; pending: number }[];
}

/** What is known of the data of one shard. */
export interface DataEpoch {
  /** Opaque. Changes when the shard's server may have lost entries. */
  epoch: string;
  /** Grows with every call, and goes back with the data: remember it, and say it at the next call. */
  beat: number;
}

export interface Hint {
  channel: string;
  message: string;
}

export interface Subscription {
  close(): Promise<void>;
}

/**
 * Streams of entries, each with one group of consumers that share its work, and hints between processes.
 *
 * A stream has exactly one group because an entry is deleted when it is acknowledged: two kinds of readers
 * are two streams. Delivery is at least once; entries may be lost with the server, which `dataEpochs` shows,
 * so whoever appends must be able to append again.
 */
export interface Transport {
  /** Number of shards that the keys of a stream are spread over. */
  readonly shards: number;

  /** Appends in the given order. When it throws, some may have been appended. */
  append(stream: string, entries: readonly NewEntry[], options?: AppendOptions): Promise<void>;

  /**
   * Hands out waiting entries, oldest first per key. Empty when none came within `blockMs`.
   * @throws when the server is away or the connection breaks meanwhile: call again. What was handed out
   * just then comes back by `claimStale`.
   */
  consume(stream: string, options: ConsumeOptions): Promise<Entry[]>;

  /** Deletes finished entries. Repeating it, or acknowledging what somebody else has claimed, is harmless. */
  acknowledge(entries: readonly Entry[]): Promise<void>;

  /** Takes over what silent consumers hold; what was handed out too often goes to the dead letter. */
  claimStale(stream: string, options: ClaimStaleOptions): Promise<StaleClaim>;

  /** Moves a pending entry to the dead letter. False when it is no longer pending. */
  deadLetter(entry: Entry, reason: string): Promise<boolean>;

  /** A page of dead letters in a stable order; `after` is the id of the last one of the page before. */
  listDeadLetters(stream: string, page: { max: number; after?: string }): Promise<DeadLetter[]>;

  /** Appends a dead letter's entry again, its count of deliveries back at zero. False when there is no such letter. */
  replay(stream: string, deadLetterId: string): Promise<boolean>;

  /**
   * Deletes the oldest dead letters beyond `maxDeadLetters`, counted per shard of an even share. Live entries are
   * never trimmed: each is open work, and deleted when it is done.
   * @returns how many were deleted
   */
  trim(stream: string, keep: { maxDeadLetters: number }): Promise<number>;

  inspect(stream: string): Promise<StreamState>;

  /**
   * One per shard, by which a loss of entries shows: the data is gone, the server is another run, or it holds an
   * older copy of itself.
   * @param beats per shard, the highest beat that some process has remembered outside the transport. Data that
   *   has not come so far is an older copy, and gets another epoch.
   */
  dataEpochs(stream: string, beats?: readonly (number | undefined)[]): Promise<DataEpoch[]>;

  /** Tells every subscriber of the channels. Hints may be lost and are not kept. */
  publish(hints: readonly Hint[]): Promise<void>;

  /** Resolves once the server knows of the subscription. Listeners must not throw. */
  subscribe(channel: string, listener: (message: string) => void): Promise<Subscription>;

  /** Ends waiting `consume` calls with an empty answer, then the connections. */
  close(): Promise<void>;
}

export interface TransportLimits {
  /** An entry handed out this often without acknowledgement is poison. Default 5. */
  maxDeliveries?: number;
}

export const DEFAULT_MAX_DELIVERIES = 5;
