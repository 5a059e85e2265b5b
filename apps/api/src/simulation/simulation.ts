import { EngineSteps } from "./engine-steps.js";
import { PeopleSteps } from "./people-steps.js";
import { Settling } from "./settling.js";
import { isSimulated } from "./simulated-fault.js";
import { WorkerSteps } from "./worker-steps.js";
import { BrokenPromise, type Stage, World } from "./world.js";

/** Steps that leave the database as it is. */
const QUIET_STEPS: ReadonlySet<string> = new Set(["time", "act", "crash", "absence", "transport"]);

/** How often each step is taken, beside the others. */
type Step = [weight: number, kind: string, act: () => Promise<string>];

/** One seed's story: tenants, their pulses and workers, several instances of the engine, and what befalls them. */
export class Simulation {
  private readonly world: World;
  private readonly engine: EngineSteps;
  private readonly workers: WorkerSteps;
  private readonly people: PeopleSteps;

  constructor(stage: Stage, seed: number) {
    this.world = new World(stage, seed);
    this.engine = new EngineSteps(this.world);
    this.workers = new WorkerSteps(this.world, this.engine);
    this.people = new PeopleSteps(this.world);
  }

  /** @throws BrokenPromise */
  async run(steps: number): Promise<{ runs: number; effects: number }> {
    const { world } = this;
    try {
      await world.begin();
      for (let count = world.random.between(1, 5); count > 0; count -= 1) await this.people.createPulse();
      for (let step = 0; step < steps; step += 1) await this.step();
      await new Settling(world, this.engine, this.workers).settle();
    } catch (error) {
      if (!(error instanceof BrokenPromise)) world.refuse([String(error)], error);
      throw error;
    }
    return { runs: world.ledger.size, effects: world.effects.length };
  }

  private async step(): Promise<void> {
    const { world } = this;
    world.stage.time.advance(world.random.between(1, 900));
    const [, kind, act] = this.chooseStep();
    const fault = this.armFault(kind);
    const outcome = await act().catch((error: unknown) => {
      if (isSimulated(error)) return "failed";
      throw error;
    });
    this.disarm();
    world.tell(`${kind}: ${outcome}${fault}`);
    if (!QUIET_STEPS.has(kind)) await world.watch();
  }

  private chooseStep(): Step {
    const { engine, people, workers } = this;
    const steps: Step[] = [
      [14, "time", () => engine.passTime()],
      [30, "loop", () => engine.loopTurn()],
      [14, "stream", () => engine.streamTurn()],
      [4, "stale", () => engine.staleTurn()],
      [5, "calm", () => engine.calm()],
      [14, "claim", () => workers.claim()],
      [14, "act", () => workers.act()],
      [12, "report", () => workers.report()],
      [6, "serve", () => workers.serve()],
      [4, "crowd", () => workers.crowd()],
      [2, "release", () => workers.release()],
      [3, "crash", () => workers.crash()],
      [3, "absence", () => workers.stayAway()],
      [4, "transport", () => engine.strikeTransport()],
      [1, "create", () => people.createPulse()],
      [3, "edit", () => people.editPulse()],
      [3, "run now", () => people.runPulseNow()],
      [1.5, "cancel", () => people.cancelRun()],
      [0.7, "delete", () => people.deletePulse()],
    ];
    let left = this.world.random.next() * steps.reduce((sum, [weight]) => sum + weight, 0);
    for (const step of steps) {
      left -= step[0];
      if (left < 0) return step;
    }
    throw new Error("no step was chosen");
  }

  private armFault(kind: string): string {
    const { random, stage } = this.world;
    if (!random.chance(0.12)) return "";
    const when = random.pick(["before", "after"] as const);
    if (random.chance(0.5)) {
      stage.database.commitFault = when;
      return ` (connection lost ${when} commit)`;
    }
    const operation = random.pick(
      kind === "stream" ? (["consume", "acknowledge"] as const) : (["append", "inspect"] as const),
    );
    stage.transport.fault = { operation, when };
    return ` (transport fails ${when} ${operation})`;
  }

  private disarm(): void {
    const { database, transport } = this.world.stage;
    database.commitFault = undefined;
    transport.fault = undefined;
  }
}
