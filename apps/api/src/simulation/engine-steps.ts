import { HOUR_MS, MINUTE_MS, SECOND_MS, type World } from "./world.js";

/** What time, the engine's processes and their transport do. */
export class EngineSteps {
  constructor(private readonly world: World) {}

  async passTime(): Promise<string> {
    const { random, stage } = this.world;
    const ms = random.pick([
      () => random.between(1, 30) * SECOND_MS,
      () => random.between(1, 30) * SECOND_MS,
      () => random.between(1, 15) * MINUTE_MS,
      () => random.between(1, 15) * MINUTE_MS,
      () => random.between(20, 300) * MINUTE_MS,
      () => (random.chance(0.3) ? random.between(5, 60) * HOUR_MS : random.between(1, 90) * MINUTE_MS),
    ])();
    stage.time.advance(ms);
    return `${Math.round(ms / SECOND_MS)} s pass`;
  }

  async loopTurn(): Promise<string> {
    const instance = this.world.anyInstance();
    const loop = this.world.random.pick(instance.loops);
    return `${loop.name} of ${instance.name}: ${JSON.stringify(await loop.run())}`;
  }

  async streamTurn(): Promise<string> {
    const { random, stage } = this.world;
    const instance = this.world.anyInstance();
    const { topic, handle } = random.pick(instance.handlers);
    const entries = await stage.transport.consume(topic, {
      consumer: instance.name,
      max: random.between(1, 20),
    });
    if (entries.length === 0) return `${topic} is empty`;
    if (random.chance(0.08)) return `${instance.name} dies with ${entries.length} of ${topic}`;
    await handle(entries);
    if (random.chance(0.08)) return `${instance.name} dies after ${entries.length} of ${topic}`;
    await stage.transport.acknowledge(entries);
    return `${instance.name} handled ${entries.length} of ${topic}`;
  }

  async staleTurn(): Promise<string> {
    const { transport } = this.world.stage;
    const instance = this.world.anyInstance();
    const { topic, handle } = this.world.random.pick(instance.handlers);
    const { entries } = await transport.claimStale(topic, {
      consumer: instance.name,
      minIdleMs: MINUTE_MS,
      max: 100,
    });
    if (entries.length > 0) await handle(entries);
    await transport.acknowledge(entries);
    return `${instance.name} took over ${entries.length} of ${topic}`;
  }

  /** Everything runs until nothing is left to do. */
  async calm(): Promise<string> {
    const { transport } = this.world.stage;
    const instance = this.world.anyInstance();
    // Twice without anything: what a loop of the last round wrote may have passed the relay.
    for (let idle = 0; idle < 2; idle += 1) {
      for (const loop of instance.loops) while ((await loop.run()) === "more");
      for (const { topic, handle } of instance.handlers) {
        const entries = await transport.consume(topic, { consumer: instance.name, max: 200 });
        if (entries.length === 0) continue;
        await handle(entries);
        await transport.acknowledge(entries);
        idle = -1;
      }
    }
    return instance.name;
  }

  async strikeTransport(): Promise<string> {
    const { transport } = this.world.stage;
    const [what, befall] = this.world.random.pick<[string, () => void]>([
      ["hands out again what was handed out", () => transport.forgetDeliveries()],
      ["has lost everything", () => transport.flush()],
      ["is backed up", () => transport.backUp()],
      ["is backed up", () => transport.backUp()],
      ["is as it was at its backup", () => transport.restore()],
    ]);
    befall();
    return `the transport ${what}`;
  }
}
