import type { PulseUpdate } from "@pulsekeep/contracts/api/pulses";
import { AppError } from "../http/app-error.js";
import { name } from "./ledger-rules.js";
import { PulseModel } from "./pulse-model.js";
import { randomPolicy, randomPulse, randomTiming } from "./random-pulse.js";
import type { World } from "./world.js";

/** What people do with their pulses and runs. */
export class PeopleSteps {
  constructor(private readonly world: World) {}

  async createPulse(): Promise<string> {
    const { random, stage, tenants } = this.world;
    const { caller, workers } = random.pick(tenants);
    const created = randomPulse(random, random.pick(workers).workerId);
    const { pulses } = this.world.anyInstance();
    const id = await pulses.createPulse(caller, created).catch(swallowRefusal);
    if (id === undefined) return "refused";
    this.world.pulses.push(await PulseModel.begin(stage.database, caller, { id, created }));
    return `${id.slice(-6)} ${JSON.stringify(created)}`;
  }

  async editPulse(): Promise<string> {
    const { database } = this.world.stage;
    const pulse = this.findPulse();
    if (!pulse) return "no pulse";
    const before = await pulse.read(database);
    const update = this.chooseUpdate();
    const { pulses } = this.world.anyInstance();
    const done = await pulses
      .updatePulse(pulse.owner, pulse.id, update)
      .then(
        () => "done",
        (error: unknown) => swallowRefusal(error) ?? "refused",
      )
      .catch((error: unknown) => error);
    // Whether a commit whose answer is lost took place shows in the database.
    await pulse.follow(database, before, update);
    if (done instanceof Error) throw done;
    return `${pulse.id.slice(-6)} ${JSON.stringify(update)}: ${String(done)}`;
  }

  async runPulseNow(): Promise<string> {
    const pulse = this.findPulse();
    if (!pulse) return "no pulse";
    const id = await this.world.anyInstance().pulses.runNow(pulse.owner, pulse.id);
    this.world.runNow.push(id);
    return `${pulse.id.slice(-6)}: run ${id.slice(-6)}`;
  }

  /** Taken back before a worker has it, or refused. */
  async cancelRun(): Promise<string> {
    const { random, ledger, tenants } = this.world;
    const { caller } = random.pick(tenants);
    const waiting = [...ledger.values()].filter(
      (row) => row.workspace_id === caller.workspaceId && row.state !== "succeeded",
    );
    if (waiting.length === 0) return "no run";
    const run = random.pick(waiting);
    const { pulses } = this.world.anyInstance();
    const done = await pulses.cancelRun(caller, run.id).then(() => "done", swallowRefusal);
    return `${name(run)} ${done ?? "refused"}`;
  }

  async deletePulse(): Promise<string> {
    const pulse = this.findPulse();
    if (!pulse) return "no pulse";
    pulse.isDeleted = true;
    const { pulses } = this.world.anyInstance();
    await pulses.deletePulse(pulse.owner, pulse.id);
    return pulse.id.slice(-6);
  }

  private findPulse(): PulseModel | undefined {
    const { alivePulses, random } = this.world;
    return alivePulses.length === 0 ? undefined : random.pick(alivePulses);
  }

  private chooseUpdate(): PulseUpdate {
    const { random } = this.world;
    return random.pick<() => PulseUpdate>([
      () => ({ state: "paused" }),
      () => ({ state: "active" }),
      () => ({ recovery: randomPolicy(random) }),
      () => randomTiming(random),
      () => ({ schedule: randomTiming(random).schedule }),
      () => ({ name: "Renamed" }),
    ])();
  }
}

/** An expected refusal is an answer; everything else goes on. */
function swallowRefusal(error: unknown): undefined {
  if (error instanceof AppError) return undefined;
  throw error;
}
