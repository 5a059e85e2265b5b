import type { EngineInstance } from "./engine-instance.js";
import { type Ledger, readLedger } from "./ledger.js";
import { findBrokenRules } from "./ledger-rules.js";
import type { MemoryTransport } from "./memory-transport.js";
import { populate, type Tenant } from "./population.js";
import type { PulseModel } from "./pulse-model.js";
import { Random } from "./random.js";
import { seedIds } from "./seeded-ids.js";
import type { SimulatedDatabase } from "./simulated-database.js";
import { type Effect, VirtualWorker } from "./virtual-worker.js";
import type { VirtualTime } from "./virtual-time.js";

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;

/** What outlives a seed's world. */
export type Stage = {
  database: SimulatedDatabase;
  transport: MemoryTransport;
  instances: readonly EngineInstance[];
  time: VirtualTime;
};

/** A promise of the engine was broken; the message is the whole story, and the seed tells it again. */
export class BrokenPromise extends Error {
  constructor(seed: number, what: readonly string[], story: readonly string[], cause?: unknown) {
    super([`seed ${seed}: ${what.join("; ")}`, ...story].join("\n"), { cause });
  }
}

/** One seed's tenants, workers and pulses, what was done outside, and the ledger as it was last seen. */
export class World {
  readonly random: Random;
  readonly effects: Effect[] = [];
  readonly pulses: PulseModel[] = [];
  /** Runs that people were promised by hand. */
  readonly runNow: string[] = [];
  tenants: readonly Tenant[] = [];
  workers: readonly VirtualWorker[] = [];
  ledger: Ledger = new Map();
  private readonly story: string[] = [];

  constructor(
    readonly stage: Stage,
    private readonly seed: number,
  ) {
    this.random = new Random(seed);
  }

  /** Everything as at first, for this seed. */
  async begin(): Promise<void> {
    const { database, transport, instances } = this.stage;
    seedIds(this.seed);
    await database.reset(this.seed);
    transport.reset(this.random);
    for (const { complaints } of instances) complaints.length = 0;
    this.stage.time.advance(this.random.between(0, 300) * HOUR_MS);
    this.tenants = await populate(database, this.random);
    this.workers = this.tenants.flatMap(({ workers }) =>
      // Two processes of each: one may sleep while the other goes on.
      [...workers, ...workers].map((identity) => new VirtualWorker(identity, this.effects, this.random)),
    );
  }

  get nowMs(): number {
    return this.stage.time.nowMs;
  }

  get alivePulses(): PulseModel[] {
    return this.pulses.filter(({ isDeleted }) => !isDeleted);
  }

  anyInstance(): EngineInstance {
    return this.random.pick(this.stage.instances);
  }

  anyWorker(): VirtualWorker {
    return this.random.pick(this.workers);
  }

  countOpen(): number {
    return [...this.ledger.values()].filter(({ ended_ms }) => ended_ms === null).length;
  }

  /** Reads the ledger anew. @throws BrokenPromise when it shows what it never must */
  async watch(): Promise<void> {
    const ledger = await readLedger(this.stage.database);
    const broken = [
      ...findBrokenRules(this.ledger, ledger),
      ...this.stage.instances.flatMap(({ complaints }) => complaints.splice(0)),
    ];
    this.ledger = ledger;
    this.refuse(broken);
  }

  /** @throws BrokenPromise unless `broken` is empty */
  refuse(broken: readonly string[], cause?: unknown): void {
    if (broken.length > 0) throw new BrokenPromise(this.seed, broken, this.story, cause);
  }

  tell(what: string): void {
    this.story.push(`${String(this.story.length + 1).padStart(4)} ${new Date().toISOString()} ${what}`);
  }
}
