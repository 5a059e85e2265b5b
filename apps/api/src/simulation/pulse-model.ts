import type { PulseCreate, PulseUpdate } from "@pulsekeep/contracts/api/pulses";
import type { Jitter, RestRules, Schedule } from "@pulsekeep/contracts/schedule";
import type { UserCaller } from "../http/caller.js";
import { expectedSlots, type Stretch } from "./expected-slots.js";
import type { SimulatedDatabase } from "./simulated-database.js";

type Kept = {
  cursor_ms: number;
  updated_ms: number;
  jitter_secret: string;
  state: string;
  recovery: PulseCreate["recovery"];
};
type Timing = {
  schedule: Schedule;
  timeZone: string;
  jitter?: Jitter | undefined;
  rest?: RestRules | undefined;
};

/** What the simulation knows of a pulse: what its owner asked for, and when. */
export class PulseModel {
  isDeleted = false;
  private readonly stretches: Stretch[] = [];
  private timing: Timing;

  private constructor(
    readonly id: string,
    readonly owner: UserCaller,
    created: PulseCreate,
  ) {
    this.timing = created;
  }

  static async begin(
    database: SimulatedDatabase,
    owner: UserCaller,
    of: { id: string; created: PulseCreate },
  ) {
    const model = new PulseModel(of.id, owner, of.created);
    await model.open(database);
    return model;
  }

  /**
   * Follows what an update did. The old timing holds for what it planned for up to the edit, the new one for what
   * it plans for later.
   */
  async follow(database: SimulatedDatabase, before: Kept, update: PulseUpdate): Promise<void> {
    const after = await this.read(database);
    // Refused, or its commit was lost.
    if (after.updated_ms === before.updated_ms) return;
    this.timing = { ...this.timing, ...update };
    this.close(after.updated_ms);
    if (after.state === "paused") return;
    await this.open(database);
  }

  expectedSlots(nowMs: number): string[] {
    return expectedSlots(this.stretches, nowMs);
  }

  /** As the database has it. */
  async read(database: SimulatedDatabase): Promise<Kept> {
    const [kept] = await database.inspect<Kept>(
      `select (extract(epoch from cursor_at) * 1000)::float8 as cursor_ms,
              (extract(epoch from updated_at) * 1000)::float8 as updated_ms, jitter_secret, state, recovery
       from pulses where id = $1`,
      [this.id],
    );
    if (!kept) throw new Error(`pulse ${this.id} is gone`);
    return kept;
  }

  private async open(database: SimulatedDatabase): Promise<void> {
    const { cursor_ms, jitter_secret } = await this.read(database);
    this.stretches.push({
      timing: {
        schedule: this.timing.schedule,
        timeZone: this.timing.timeZone,
        pulseId: this.id,
        jitterSecret: jitter_secret,
        ...(this.timing.jitter && { jitter: this.timing.jitter }),
        ...(this.timing.rest && { rest: this.timing.rest }),
      },
      afterMs: cursor_ms,
      untilMs: undefined,
    });
  }

  private close(atMs: number): void {
    const last = this.stretches.at(-1);
    if (last) last.untilMs ??= atMs;
  }
}
