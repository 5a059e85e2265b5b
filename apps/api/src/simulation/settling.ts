import { findWrongEffects } from "./effect-rules.js";
import type { EngineSteps } from "./engine-steps.js";
import { name } from "./ledger-rules.js";
import { findFalseNotices, readNotices } from "./notice-rules.js";
import { findNeglected, findWrongSlots } from "./quiet-rules.js";
import type { WorkerSteps } from "./worker-steps.js";
import { MINUTE_MS, type World } from "./world.js";

/** The end of a seed's story: faults end and workers come each minute, until nothing is left to do. */
export class Settling {
  private sinceMs = Number.POSITIVE_INFINITY;

  constructor(
    private readonly world: World,
    private readonly engine: EngineSteps,
    private readonly workers: WorkerSteps,
  ) {}

  /** @throws BrokenPromise */
  async settle(): Promise<void> {
    const { world } = this;
    world.tell("faults end");
    this.sinceMs = world.nowMs;
    world.stage.transport.forgetDeliveries();
    for (let round = 0; round < 8; round += 1) await this.quietMinute();
    world.refuse(findWrongSlots(world.ledger, world.alivePulses, world.nowMs));
    for (const pulse of world.alivePulses)
      await world.stage.instances[0]?.pulses.updatePulse(pulse.owner, pulse.id, { state: "paused" });
    for (let round = 0; round < 3_000 && world.countOpen() > 0; round += 1) {
      world.stage.time.advance(this.nextActionMs() - world.nowMs);
      await this.quietMinute();
    }
    for (let round = 0; round < 3; round += 1) await this.quietMinute();
    await this.checkEnd();
  }

  private nextActionMs(): number {
    const actions = [...this.world.ledger.values()].map(({ action_ms }) => action_ms);
    return Math.min(...actions.map((ms) => ms ?? Number.POSITIVE_INFINITY));
  }

  private async quietMinute(): Promise<void> {
    const { world } = this;
    world.stage.time.advance(MINUTE_MS);
    await this.engine.calm();
    for (const worker of world.workers) await this.workers.doAll(worker);
    await world.watch();
    world.refuse(findNeglected(world.ledger, { sinceMs: this.sinceMs, nowMs: world.nowMs }));
  }

  private async checkEnd(): Promise<void> {
    const { ledger, effects, runNow, stage } = this.world;
    const [outbox] = await stage.database.inspect<{ count: number }>(
      "select count(*)::int as count from outbox",
    );
    const unended = [...ledger.values()].filter(({ ended_ms }) => ended_ms === null);
    const unkept = runNow.filter((id) => !ledger.has(id));
    this.world.refuse([
      ...unended.map((row) => `${name(row)} never ends`),
      ...unkept.map((id) => `run ${id} was promised and is not there`),
      ...(outbox?.count === 0 ? [] : [`the outbox keeps ${outbox?.count} rows`]),
      ...(stage.transport.size === 0 ? [] : [`the transport keeps ${stage.transport.size} entries`]),
      ...findWrongEffects(ledger, effects),
      ...findFalseNotices(ledger, await readNotices(stage.database)),
    ]);
  }
}
