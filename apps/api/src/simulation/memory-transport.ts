import type {
  AppendOptions,
  ClaimStaleOptions,
  ConsumeOptions,
  DataEpoch,
  DeadLetter,
  Entry,
  Hint,
  NewEntry,
  StaleClaim,
  StreamState,
  Subscription,
  Transport,
} from "@pulsekeep/streams";
import type { Random } from "./random.js";
import { SimulatedFault } from "./simulated-fault.js";

const MAX_DELIVERIES = 5;

type Kept = Entry & { appendedMs: number; dueMs: number; consumer: string | null; deliveredMs: number };
export type TransportFault = {
  operation: "append" | "consume" | "acknowledge" | "inspect";
  when: "before" | "after";
};

/**
 * The transport's promises and no more, in memory and in virtual time: at least once, in order per key, in any
 * order between keys, lost when told so.
 */
export class MemoryTransport implements Transport {
  readonly shards = 1;
  /** What befalls the next operation of its name. */
  fault: TransportFault | undefined;
  private random: Random | undefined;
  private entries: Kept[] = [];
  private dead: DeadLetter[] = [];
  private count = 0;
  private epoch = 0;
  private beat = 0;
  private copy: { entries: Kept[]; beat: number } = { entries: [], beat: 0 };

  async append(stream: string, entries: readonly NewEntry[], options: AppendOptions = {}): Promise<void> {
    this.mayFail("append", "before");
    const dueMs = options.delayUntil?.getTime() ?? 0;
    for (const { key, body } of entries)
      this.entries.push({
        id: String((this.count += 1)),
        stream,
        key,
        body,
        deliveries: 0,
        appendedMs: Date.now(),
        dueMs,
        consumer: null,
        deliveredMs: 0,
      });
    this.mayFail("append", "after");
  }

  async consume(stream: string, { consumer, max }: ConsumeOptions): Promise<Entry[]> {
    this.mayFail("consume", "before");
    const waiting = this.entries.filter(
      (entry) => entry.stream === stream && entry.consumer === null && entry.dueMs <= Date.now(),
    );
    const handedOut = this.shuffleKeys(waiting).slice(0, max);
    for (const entry of handedOut) this.handOut(entry, consumer);
    this.mayFail("consume", "after");
    return handedOut.map(publicPart);
  }

  async acknowledge(entries: readonly Entry[]): Promise<void> {
    this.mayFail("acknowledge", "before");
    const finished = new Set(entries.map(({ id }) => id));
    this.entries = this.entries.filter(({ id }) => !finished.has(id));
    this.mayFail("acknowledge", "after");
  }

  async claimStale(stream: string, { consumer, minIdleMs, max }: ClaimStaleOptions): Promise<StaleClaim> {
    const stale = this.entries
      .filter(
        (entry) =>
          entry.stream === stream && entry.consumer !== null && Date.now() - entry.deliveredMs >= minIdleMs,
      )
      .slice(0, max);
    const poisoned = stale.filter(({ deliveries }) => deliveries >= MAX_DELIVERIES);
    for (const entry of poisoned) await this.deadLetter(entry, "handed out too often");
    const entries = stale.filter(({ deliveries }) => deliveries < MAX_DELIVERIES);
    for (const entry of entries) this.handOut(entry, consumer);
    return { entries: entries.map(publicPart), poisoned: poisoned.map(publicPart) };
  }

  async deadLetter(entry: Entry, reason: string): Promise<boolean> {
    const found = this.entries.find(({ id, consumer }) => id === entry.id && consumer !== null);
    if (!found) return false;
    this.entries = this.entries.filter((other) => other !== found);
    const { id, stream, key, body, deliveries } = found;
    this.dead.push({ id, stream, key, body, deliveries, reason, deadAt: new Date() });
    return true;
  }

  async listDeadLetters(
    stream: string,
    { max, after }: { max: number; after?: string },
  ): Promise<DeadLetter[]> {
    return this.dead
      .filter((letter) => letter.stream === stream && Number(letter.id) > Number(after ?? 0))
      .sort((a, b) => Number(a.id) - Number(b.id))
      .slice(0, max);
  }

  async replay(stream: string, deadLetterId: string): Promise<boolean> {
    const letter = this.dead.find(({ id }) => id === deadLetterId);
    if (!letter) return false;
    this.dead = this.dead.filter((other) => other !== letter);
    await this.append(stream, [letter]);
    return true;
  }

  async trim(stream: string, { maxDeadLetters }: { maxDeadLetters: number }): Promise<number> {
    const letters = this.dead.filter((letter) => letter.stream === stream);
    const deleted = letters.slice(0, Math.max(0, letters.length - maxDeadLetters));
    this.dead = this.dead.filter((letter) => !deleted.includes(letter));
    return deleted.length;
  }

  async inspect(stream: string): Promise<StreamState> {
    const all = this.entries.filter((entry) => entry.stream === stream);
    const delayed = all.filter((entry) => entry.consumer === null && entry.dueMs > Date.now());
    const kept = all.filter((entry) => !delayed.includes(entry));
    const pending = kept.filter(({ consumer }) => consumer !== null);
    const held = Map.groupBy(pending, ({ consumer }) => consumer ?? "");
    return {
      stream,
      length: kept.length,
      pending: pending.length,
      delayed: delayed.length,
      deadLetters: this.dead.filter((letter) => letter.stream === stream).length,
      oldestAgeMs: kept[0] === undefined ? null : Date.now() - kept[0].appendedMs,
      consumers: [...held].map(([name, entries]) => ({ name, pending: entries.length })),
    };
  }

  async dataEpochs(_stream: string, [beat = 0]: readonly (number | undefined)[] = []): Promise<DataEpoch[]> {
    this.mayFail("inspect", "before");
    if (beat > this.beat) this.epoch += 1;
    this.beat += 1;
    return [{ epoch: `data ${this.epoch}`, beat: this.beat }];
  }

  /** Nobody listens: in the simulation workers come by themselves. */
  async publish(_hints: readonly Hint[]): Promise<void> {}

  async subscribe(): Promise<Subscription> {
    return { close: async () => undefined };
  }

  async close(): Promise<void> {}

  /** The server lost its data. */
  flush(): void {
    this.entries = [];
    this.dead = [];
    this.epoch += 1;
    this.beat = 0;
  }

  /** A new server, as if there had never been another. */
  reset(random: Random): void {
    this.flush();
    this.fault = undefined;
    this.random = random;
    this.epoch = 0;
    this.count = 0;
    this.backUp();
  }

  /** Keeps a copy that `restore` brings back. */
  backUp(): void {
    this.copy = { entries: this.entries.map((entry) => ({ ...entry })), beat: this.beat };
  }

  /** The server holds what it held at the last backup, and does not know better. */
  restore(): void {
    this.entries = this.copy.entries.map((entry) => ({ ...entry }));
    this.beat = this.copy.beat;
  }

  /** Hands some entries out a second time, as after a failover. */
  forgetDeliveries(): void {
    for (const entry of this.entries) entry.consumer = null;
  }

  /** Entries appended and not acknowledged, dead letters included. */
  get size(): number {
    return this.entries.length + this.dead.length;
  }

  private handOut(entry: Kept, consumer: string): void {
    entry.consumer = consumer;
    entry.deliveredMs = Date.now();
    entry.deliveries += 1;
  }

  /** Keys in any order, the entries of each in theirs. */
  private shuffleKeys(entries: readonly Kept[]): Kept[] {
    const byKey = [...Map.groupBy(entries, ({ key }) => key).values()];
    const ranked = byKey.map((group) => ({ group, rank: this.random?.next() ?? 0 }));
    return ranked.sort((a, b) => a.rank - b.rank).flatMap(({ group }) => group);
  }

  private mayFail(operation: TransportFault["operation"], when: TransportFault["when"]): void {
    if (this.fault?.operation !== operation || this.fault.when !== when) return;
    this.fault = undefined;
    throw new SimulatedFault(`${when} ${operation}`);
  }
}

const publicPart = ({ id, stream, key, body, deliveries }: Kept): Entry => ({
  id,
  stream,
  key,
  body,
  deliveries,
});
