import fc from "fast-check";
import type { Entry, Transport } from "../transport.js";

export type Step =
  | { do: "append"; keys: number[] }
  | { do: "consume"; consumer: number; max: number }
  | { do: "acknowledge"; consumer: number; count: number }
  | { do: "crash"; consumer: number }
  | { do: "claimStale"; consumer: number; max: number };

const CONSUMERS = 3;
const consumer = fc.nat(CONSUMERS - 1);
const max = fc.integer({ min: 1, max: 12 });

export const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant("append" as const),
        keys: fc.array(fc.nat(5), { minLength: 1, maxLength: 8 }),
      }),
    },
    { weight: 4, arbitrary: fc.record({ do: fc.constant("consume" as const), consumer, max }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant("acknowledge" as const), consumer, count: max }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("crash" as const), consumer }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("claimStale" as const), consumer, max }) },
  ),
  { minLength: 5, maxLength: 40 },
);

/** What happened, seen from outside: serials are numbers given in the order of appending. */
export interface Account {
  appended: { serial: number; key: string }[];
  /** Serials in the order of their first delivery. */
  firstDeliveries: number[];
  acknowledged: Set<number>;
  poisoned: Set<number>;
  /** What no transport may do, in words. */
  faults: string[];
}

/** Plays the steps, then drains the stream as the only survivor of all consumers. */
export async function play(
  transport: Transport,
  stream: string,
  { plan, maxDeliveries }: { plan: readonly Step[]; maxDeliveries: number },
): Promise<Account> {
  const player = new Player(transport, stream, maxDeliveries);
  for (const step of plan) await player.take(step);
  await player.drain();
  return player.account;
}

class Player {
  readonly account: Account = {
    appended: [],
    firstDeliveries: [],
    acknowledged: new Set(),
    poisoned: new Set(),
    faults: [],
  };
  private readonly held = new Map<number, Entry[]>();
  private readonly deliveries = new Map<number, number>();

  constructor(
    private readonly transport: Transport,
    private readonly stream: string,
    private readonly maxDeliveries: number,
  ) {}

  async take(step: Step): Promise<void> {
    switch (step.do) {
      case "append":
        return this.append(step.keys);
      case "consume":
        return this.consume(step.consumer, step.max);
      case "acknowledge":
        return this.acknowledge(step.consumer, step.count);
      case "claimStale":
        return this.claimStale(step.consumer, step.max);
      case "crash":
        this.held.delete(step.consumer);
    }
  }

  async drain(): Promise<void> {
    for (let round = 0; (await this.transport.inspect(this.stream)).length > 0; round++) {
      if (round > 1_000) throw new Error("the stream does not run empty");
      await this.claimStale(0, 50);
      await this.consume(0, 50);
      await this.acknowledge(0, 1_000);
    }
    const { pending, consumers } = await this.transport.inspect(this.stream);
    if (pending > 0 || consumers.length > 0) this.fault(`${pending} pending of an empty stream`);
  }

  private async append(keys: number[]): Promise<void> {
    const first = this.account.appended.length;
    const added = keys.map((key, index) => ({ serial: first + index, key: `key-${key}` }));
    this.account.appended.push(...added);
    await this.transport.append(
      this.stream,
      added.map(({ serial, key }) => ({ key, body: { serial } })),
    );
  }

  private async consume(consumer: number, max: number): Promise<void> {
    const entries = await this.transport.consume(this.stream, { consumer: `c${consumer}`, max });
    if (entries.length > max) this.fault(`asked for ${max}, got ${entries.length}`);
    for (const entry of entries)
      if (this.deliveries.has(serialOf(entry)))
        this.fault(`${serialOf(entry)} is handed out as if it were new`);
    this.hold(consumer, entries);
  }

  private async claimStale(consumer: number, max: number): Promise<void> {
    const options = { consumer: `c${consumer}`, max, minIdleMs: 0 };
    const { entries, poisoned } = await this.transport.claimStale(this.stream, options);
    for (const entry of poisoned) {
      const serial = serialOf(entry);
      const deliveries = this.deliveries.get(serial);
      if (deliveries !== this.maxDeliveries) this.fault(`${serial} is poison after ${deliveries} deliveries`);
      this.account.poisoned.add(serial);
    }
    this.hold(consumer, entries);
  }

  private async acknowledge(consumer: number, count: number): Promise<void> {
    const held = this.held.get(consumer) ?? [];
    const done = held.splice(0, count);
    await this.transport.acknowledge(done);
    for (const entry of done) this.account.acknowledged.add(serialOf(entry));
  }

  private hold(consumer: number, entries: Entry[]): void {
    for (const entry of entries) {
      const serial = serialOf(entry);
      const deliveries = (this.deliveries.get(serial) ?? 0) + 1;
      this.deliveries.set(serial, deliveries);
      if (deliveries === 1) this.account.firstDeliveries.push(serial);
      if (this.account.acknowledged.has(serial)) this.fault(`${serial} comes back after it was acknowledged`);
      if (this.account.poisoned.has(serial)) this.fault(`${serial} comes back from the dead`);
      if (deliveries !== entry.deliveries || deliveries > this.maxDeliveries)
        this.fault(`${serial} says ${entry.deliveries} deliveries at the ${deliveries}th`);
    }
    this.held.set(consumer, [...(this.held.get(consumer) ?? []), ...entries]);
  }

  private fault(what: string): void {
    this.account.faults.push(what);
  }
}

function serialOf(entry: Entry): number {
  return Number(entry.body.serial);
}
