import type { PulseUpdate } from "@pulsekeep/contracts/api/pulses";
import { AppError } from "../http/app-error.js";
import type { EngineInstance } from "./engine-instance.js";
import { isOpen, type Ledger, type LedgerRow, readLedger } from "./ledger.js";
import { findBrokenRules, name } from "./ledger-rules.js";
import { findFalseNotices, readNotices } from "./notice-rules.js";
import type { MemoryTransport } from "./memory-transport.js";
import { populate, type Tenant } from "./population.js";
import { PulseModel } from "./pulse-model.js";
import { Random } from "./random.js";
import { randomPolicy, randomPulse, randomTiming } from "./random-pulse.js";
import { newSecret, seedIds } from "./seeded-ids.js";
import type { SimulatedDatabase } from "./simulated-database.js";
import { isSimulated } from "./simulated-fault.js";
import { type Effect, type Held, VirtualWorker } from "./virtual-worker.js";
import type { VirtualTime } from "./virtual-time.js";

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** Steps that leave the database as it is. */
const QUIET_STEPS: ReadonlySet<string> = new Set(["time", "act", "crash", "absence", "transport"]);

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

/** One seed's world: tenants, their pulses and workers, several instances of the engine, and what befalls them. */
export class Simulation {
  private readonly random: Random;
  private readonly story: string[] = [];
  private readonly effects: Effect[] = [];
  private readonly pulses: PulseModel[] = [];
  private readonly runNow: string[] = [];
  private tenants: Tenant[] = [];
  private workers: VirtualWorker[] = [];
  private ledger: Ledger = new Map();
  private quietSinceMs = Number.POSITIVE_INFINITY;

  constructor(
    private readonly stage: Stage,
    private readonly seed: number,
  ) {
    this.random = new Random(seed);
  }

  /** @throws BrokenPromise */
  async run(steps: number): Promise<{ runs: number; effects: number }> {
    try {
      await this.begin();
      for (let step = 0; step < steps; step += 1) await this.step();
      await this.settle();
      return { runs: this.ledger.size, effects: this.effects.length };
    } catch (error) {
      if (error instanceof BrokenPromise) throw error;
      throw new BrokenPromise(this.seed, [String(error)], this.story, error);
    }
  }

  private async begin(): Promise<void> {
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
    for (let count = this.random.between(1, 5); count > 0; count -= 1) await this.createPulse();
  }

  private async step(): Promise<void> {
    this.stage.time.advance(this.random.between(1, 900));
    const [kind, act] = this.chooseStep();
    const fault = this.armFault(kind);
    const outcome = await act().catch((error: unknown) => {
      if (isSimulated(error)) return "failed";
      throw error;
    });
    this.disarm();
    this.tell(`${kind}: ${outcome}${fault}`);
    if (!QUIET_STEPS.has(kind)) await this.watch();
  }

  private chooseStep(): [string, () => Promise<string>] {
    const steps: [number, string, () => Promise<string>][] = [
      [14, "time", () => this.passTime()],
      [30, "loop", () => this.loopTurn()],
      [14, "stream", () => this.streamTurn()],
      [4, "stale", () => this.staleTurn()],
      [5, "calm", () => this.calm()],
      [14, "claim", () => this.claim()],
      [14, "act", () => this.act()],
      [12, "report", () => this.report()],
      [6, "serve", () => this.serve()],
      [4, "crowd", () => this.crowd()],
      [2, "release", () => this.release()],
      [3, "crash", () => this.crash()],
      [3, "absence", () => this.stayAway()],
      [4, "transport", () => this.strikeTransport()],
      [1, "create", () => this.createPulse()],
      [3, "edit", () => this.editPulse()],
      [3, "run now", () => this.runPulseNow()],
      [1.5, "cancel", () => this.cancelRun()],
      [0.7, "delete", () => this.deletePulse()],
    ];
    let left = this.random.next() * steps.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, kind, act] of steps) {
      left -= weight;
      if (left < 0) return [kind, act];
    }
    throw new Error("no step was chosen");
  }

  private armFault(kind: string): string {
    if (!this.random.chance(0.12)) return "";
    const when = this.random.pick(["before", "after"] as const);
    if (this.random.chance(0.5)) {
      this.stage.database.commitFault = when;
      return ` (connection lost ${when} commit)`;
    }
    const operation = this.random.pick(
      kind === "stream" ? (["consume", "acknowledge"] as const) : (["append", "inspect"] as const),
    );
    this.stage.transport.fault = { operation, when };
    return ` (transport fails ${when} ${operation})`;
  }

  private disarm(): void {
    this.stage.database.commitFault = undefined;
    this.stage.transport.fault = undefined;
  }

  // What time and the engine's processes do.

  private async passTime(): Promise<string> {
    const { random } = this;
    const ms = random.pick([
      () => random.between(1, 30) * SECOND_MS,
      () => random.between(1, 30) * SECOND_MS,
      () => random.between(1, 15) * MINUTE_MS,
      () => random.between(1, 15) * MINUTE_MS,
      () => random.between(20, 300) * MINUTE_MS,
      () => (random.chance(0.3) ? random.between(5, 60) * HOUR_MS : random.between(1, 90) * MINUTE_MS),
    ])();
    this.stage.time.advance(ms);
    return `${Math.round(ms / SECOND_MS)} s pass`;
  }

  private async loopTurn(): Promise<string> {
    const instance = this.random.pick(this.stage.instances);
    const loop = this.random.pick(instance.loops);
    return `${loop.name} of ${instance.name}: ${JSON.stringify(await loop.run())}`;
  }

  private async streamTurn(): Promise<string> {
    const instance = this.random.pick(this.stage.instances);
    const { topic, handle } = this.random.pick(instance.handlers);
    const { transport } = this.stage;
    const entries = await transport.consume(topic, {
      consumer: instance.name,
      max: this.random.between(1, 20),
    });
    if (entries.length === 0) return `${topic} is empty`;
    if (this.random.chance(0.08)) return `${instance.name} dies with ${entries.length} of ${topic}`;
    await handle(entries);
    if (this.random.chance(0.08)) return `${instance.name} dies after ${entries.length} of ${topic}`;
    await transport.acknowledge(entries);
    return `${instance.name} handled ${entries.length} of ${topic}`;
  }

  private async staleTurn(): Promise<string> {
    const { transport } = this.stage;
    const instance = this.random.pick(this.stage.instances);
    const { topic, handle } = this.random.pick(instance.handlers);
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
  private async calm(): Promise<string> {
    const instance = this.random.pick(this.stage.instances);
    // Twice without anything: what a loop of the last round wrote may have passed the relay.
    for (let idle = 0; idle < 2; idle += 1) {
      for (const loop of instance.loops) while ((await loop.run()) === "more");
      for (const { topic, handle } of instance.handlers) {
        const entries = await this.stage.transport.consume(topic, { consumer: instance.name, max: 200 });
        if (entries.length === 0) continue;
        await handle(entries);
        await this.stage.transport.acknowledge(entries);
        idle = -1;
      }
    }
    return instance.name;
  }

  private async strikeTransport(): Promise<string> {
    const { transport } = this.stage;
    const [what, befall] = this.random.pick<[string, () => void]>([
      ["hands out again what was handed out", () => transport.forgetDeliveries()],
      ["has lost everything", () => transport.flush()],
      ["is backed up", () => transport.backUp()],
      ["is backed up", () => transport.backUp()],
      ["is as it was at its backup", () => transport.restore()],
    ]);
    befall();
    return `the transport ${what}`;
  }

  // What workers do.

  private async claim(): Promise<string> {
    const worker = this.random.pick(this.workers);
    const { random } = this;
    if (worker.isAway) return "nobody comes";
    if (random.chance(0.05)) worker.forgetLostClaim();
    const request = { max: random.between(1, 5), claimId: newSecret(16), answerLost: random.chance(0.1) };
    const claimed = await worker.claim(random.pick(this.stage.instances), request);
    for (const run of claimed) {
      const before = this.ledger.get(run.runId);
      if (!before || !isOpen(before) || waitsForRetry(before, this.stage.time.nowMs))
        throw new Error(`run ${run.runId} was claimed while ${JSON.stringify(before)}`);
    }
    return `${claimed.map(({ runId, fence }) => `${runId.slice(-6)}#${fence}`).join(" ") || "nothing"}${request.answerLost ? ", the answer is lost" : ""}`;
  }

  private async act(): Promise<string> {
    const worker = this.random.pick(this.workers);
    const idle = worker.held.filter(({ acted, reported }) => !acted && reported === undefined);
    if (idle.length === 0) return "nothing to do";
    const held = this.random.pick(idle);
    const result = this.actOn(worker, held);
    const dies = this.random.chance(0.15);
    if (dies) worker.crash();
    return `${held.run.runId.slice(-6)}#${held.run.fence} ${result}${dies ? ", and vanishes" : ""}`;
  }

  private actOn(worker: VirtualWorker, held: Held): string {
    if (held.acted || held.reported) return "nothing";
    const result = worker.act(held);
    if (result !== "too late") this.checkEffect(held.run);
    // Some say so long after their lease, when another may have claimed the run.
    if (this.random.chance(0.25))
      held.sleepsUntilMs = this.stage.time.nowMs + this.random.between(11, 40) * MINUTE_MS;
    return result;
  }

  private checkEffect({ runId, fence }: { runId: string; fence: number }): void {
    const row = this.ledger.get(runId);
    if (row?.state !== "claimed" || row.fence !== fence)
      throw new Error(`an effect with fence ${fence}, when ${row && name(row)} had fence ${row?.fence}`);
    const ahead = [...this.ledger.values()].filter(
      (other) => other.lane_id === row.lane_id && isOpen(other) && (other.seq ?? 0) < (row.seq ?? 0),
    );
    if (ahead[0]) throw new Error(`an effect of ${name(row)} before that of ${name(ahead[0])}`);
  }

  private async report(): Promise<string> {
    const worker = this.random.pick(this.workers);
    const awake = worker.held.filter(({ sleepsUntilMs }) => sleepsUntilMs <= this.stage.time.nowMs);
    if (awake.length === 0) return "nothing to report";
    const held = this.random.pick(awake);
    const context = { ledger: this.ledger, answerLost: this.random.chance(0.1) };
    const answer = await worker.report(this.random.pick(this.stage.instances), held, context);
    if (answer.endsWith("stale_claim")) await this.checkUnchanged(held.run.runId);
    return `${held.run.runId.slice(-6)}#${held.run.fence} ${answer}`;
  }

  private async checkUnchanged(runId: string): Promise<void> {
    const after = (await readLedger(this.stage.database)).get(runId);
    if (after?.state !== this.ledger.get(runId)?.state)
      throw new Error(`a report of ${after && name(after)} was refused and counted all the same`);
  }

  /** One worker does all that there is for it, as on a good day. */
  private async serve(): Promise<string> {
    const worker = this.random.pick(this.workers);
    if (worker.isAway) return "nobody comes";
    const before = this.effects.length;
    await this.quietWorker(worker);
    return `${worker.identity.workerId.slice(-6)} did ${this.effects.length - before} runs`;
  }

  /** Every worker comes at the same instant, some of them twice, and all report together. */
  private async crowd(): Promise<string> {
    const instance = this.random.pick(this.stage.instances);
    const there = this.workers.filter(({ isAway }) => !isAway);
    const coming = [...there, ...this.random.some(there, 0.3)];
    const claims = coming.map((worker) =>
      worker.claim(instance, { max: this.random.between(1, 5), claimId: newSecret(16), answerLost: false }),
    );
    const claimed = (await Promise.all(claims)).flat();
    const twice = claimed.find((run, index) => claimed.findIndex(({ runId }) => runId === run.runId) < index);
    if (twice) throw new Error(`run ${twice.runId} was given to two claims that came together`);
    await this.watch();
    const busy = this.workers.flatMap((worker) => worker.held.slice(0, 2).map((held) => ({ worker, held })));
    for (const { worker, held } of busy) this.actOn(worker, held);
    const context = { ledger: this.ledger, answerLost: false };
    const answers = await Promise.all(busy.map(({ worker, held }) => worker.report(instance, held, context)));
    return `${coming.length} claims got ${claimed.length} runs; ${answers.join(", ")}`;
  }

  private async release(): Promise<string> {
    return this.random.pick(this.workers).release(this.random.pick(this.stage.instances), this.ledger);
  }

  private async crash(): Promise<string> {
    const worker = this.random.pick(this.workers);
    const lost = worker.held.length;
    worker.crash();
    return `a worker vanishes with ${lost} runs`;
  }

  /** Nobody starts the worker for hours. */
  private async stayAway(): Promise<string> {
    const worker = this.random.pick(this.workers);
    worker.awayUntilMs = this.stage.time.nowMs + this.random.between(2, 30) * HOUR_MS;
    return `${worker.identity.workerId.slice(-6)} stays away until ${new Date(worker.awayUntilMs).toISOString()}`;
  }

  // What people do.

  private async createPulse(): Promise<string> {
    const { caller, workers } = this.random.pick(this.tenants);
    const created = randomPulse(this.random, this.random.pick(workers).workerId);
    const id = await this.random
      .pick(this.stage.instances)
      .pulses.createPulse(caller, created)
      .catch(swallowRefusal);
    if (id === undefined) return "refused";
    this.pulses.push(await PulseModel.begin(this.stage.database, caller, { id, created }));
    return `${id.slice(-6)} ${JSON.stringify(created)}`;
  }

  private async editPulse(): Promise<string> {
    const pulse = this.findPulse();
    if (!pulse) return "no pulse";
    const before = await pulse.read(this.stage.database);
    const update = this.random.pick<() => PulseUpdate>([
      () => ({ state: "paused" }),
      () => ({ state: "active" }),
      () => ({ recovery: randomPolicy(this.random) }),
      () => randomTiming(this.random),
      () => ({ schedule: randomTiming(this.random).schedule }),
      () => ({ name: "Renamed" }),
    ])();
    const { pulses } = this.random.pick(this.stage.instances);
    const done = await pulses
      .updatePulse(pulse.owner, pulse.id, update)
      .then(
        () => "done",
        (error: unknown) => swallowRefusal(error) ?? "refused",
      )
      .catch((error: unknown) => error);
    // Whether a commit whose answer is lost took place shows in the database.
    await pulse.follow(this.stage.database, before, update);
    if (done instanceof Error) throw done;
    return `${pulse.id.slice(-6)} ${JSON.stringify(update)}: ${String(done)}`;
  }

  private async runPulseNow(): Promise<string> {
    const pulse = this.findPulse();
    if (!pulse) return "no pulse";
    const id = await this.random.pick(this.stage.instances).pulses.runNow(pulse.owner, pulse.id);
    this.runNow.push(id);
    return `${pulse.id.slice(-6)}: run ${id.slice(-6)}`;
  }

  /** Taken back before a worker has it, or refused. */
  private async cancelRun(): Promise<string> {
    const { caller } = this.random.pick(this.tenants);
    const waiting = [...this.ledger.values()].filter(
      (row) => row.workspace_id === caller.workspaceId && row.state !== "succeeded",
    );
    if (waiting.length === 0) return "no run";
    const run = this.random.pick(waiting);
    const { pulses } = this.random.pick(this.stage.instances);
    const done = await pulses.cancelRun(caller, run.id).then(() => "done", swallowRefusal);
    return `${name(run)} ${done ?? "refused"}`;
  }

  private async deletePulse(): Promise<string> {
    const pulse = this.findPulse();
    if (!pulse) return "no pulse";
    pulse.isDeleted = true;
    const { pulses } = this.random.pick(this.stage.instances);
    await pulses.deletePulse(pulse.owner, pulse.id);
    return pulse.id.slice(-6);
  }

  private findPulse(): PulseModel | undefined {
    const alive = this.pulses.filter(({ isDeleted }) => !isDeleted);
    return alive.length === 0 ? undefined : this.random.pick(alive);
  }

  // What must hold.

  private async watch(): Promise<void> {
    const ledger = await readLedger(this.stage.database);
    const broken = [
      ...findBrokenRules(this.ledger, ledger),
      ...this.stage.instances.flatMap(({ complaints }) => complaints.splice(0)),
    ];
    this.ledger = ledger;
    if (broken.length > 0) throw new BrokenPromise(this.seed, broken, this.story);
  }

  /** Faults end and workers come each minute, until nothing is left to do. */
  private async settle(): Promise<void> {
    this.tell("faults end");
    this.quietSinceMs = this.stage.time.nowMs;
    this.stage.transport.forgetDeliveries();
    for (let round = 0; round < 8; round += 1) await this.quietMinute();
    await this.checkSlots();
    for (const pulse of this.pulses.filter(({ isDeleted }) => !isDeleted))
      await this.stage.instances[0]?.pulses.updatePulse(pulse.owner, pulse.id, { state: "paused" });
    for (let round = 0; round < 3_000 && this.hasUnfinished(); round += 1) {
      const nextMs = Math.min(
        ...[...this.ledger.values()].map(({ action_ms }) => action_ms ?? Number.POSITIVE_INFINITY),
      );
      this.stage.time.advance(Math.max(0, nextMs - this.stage.time.nowMs));
      await this.quietMinute();
    }
    for (let round = 0; round < 3; round += 1) await this.quietMinute();
    await this.checkEnd();
  }

  private hasUnfinished(): boolean {
    return this.countOpen() > 0;
  }

  private countOpen(): number {
    return [...this.ledger.values()].filter(({ ended_ms }) => ended_ms === null).length;
  }

  private async quietMinute(): Promise<void> {
    this.stage.time.advance(MINUTE_MS);
    await this.calm();
    for (const worker of this.workers) await this.quietWorker(worker);
    await this.watch();
    this.checkOffered();
  }

  private async quietWorker(worker: VirtualWorker): Promise<void> {
    const instance = this.random.pick(this.stage.instances);
    worker.awayUntilMs = 0;
    worker.crash();
    for (let rounds = 0; rounds < 50; rounds += 1) {
      const openBefore = this.countOpen();
      const claimed = await worker.claim(instance, { max: 10, claimId: newSecret(16), answerLost: false });
      await this.watch();
      // A claim that ended what its day has no room for wakes its worker, to see what stood behind.
      if (claimed.length === 0 && this.countOpen() >= openBefore) return;
      for (const held of worker.held.slice()) {
        this.actOn(worker, held);
        await worker.report(instance, held, { ledger: this.ledger, answerLost: false });
      }
      await this.calm();
    }
  }

  /** With the engine at work and workers there, nothing that could be done now waits, and nothing that is over. */
  private checkOffered(): void {
    const nowMs = this.stage.time.nowMs;
    const lanes = Map.groupBy([...this.ledger.values()].filter(isOpen), ({ lane_id }) => lane_id);
    const waiting = [...lanes.values()]
      .map((rows) => rows.reduce((head, row) => ((row.seq ?? 0) < (head.seq ?? 0) ? row : head)))
      .filter((head) => head.state === "offered" || (head.state === "queued" && head.attempts === 0));
    const broken = [
      ...waiting.map((head) => `${name(head)} could be done and is not: ${JSON.stringify(head)}`),
      ...[...this.ledger.values()]
        .filter(
          (row) =>
            row.state === "missed" &&
            row.reason === "worker_did_not_come" &&
            row.window_ends_ms > this.quietSinceMs + HOUR_MS &&
            (row.ended_ms ?? nowMs) > this.quietSinceMs,
        )
        .map((row) => `${name(row)} was missed though its worker came`),
      // The sweeper looks each second: one look has to be enough.
      ...[...this.ledger.values()]
        .filter((row) => row.ended_ms === null && row.state !== "claimed" && row.window_ends_ms <= nowMs)
        .map((row) => `${name(row)} is open though its window is over`),
    ];
    if (broken.length > 0) throw new BrokenPromise(this.seed, broken, this.story);
  }

  private async checkSlots(): Promise<void> {
    const nowMs = this.stage.time.nowMs;
    const broken: string[] = [];
    for (const pulse of this.pulses.filter(({ isDeleted }) => !isDeleted)) {
      const planned = [...this.ledger.values()].filter(
        ({ pulse_id, generation, slot }) =>
          pulse_id === pulse.id && generation === 0 && !slot.startsWith("now:"),
      );
      const found = new Set(planned.map(({ slot }) => slot));
      const expected = new Set(pulse.expectedSlots(nowMs));
      broken.push(
        ...[...expected]
          .filter((slot) => !found.has(slot))
          .map((slot) => `slot ${slot} of pulse ${pulse.id.slice(-6)} is lost`),
        ...[...found]
          .filter((slot) => !expected.has(slot))
          .map((slot) => `slot ${slot} of pulse ${pulse.id.slice(-6)} was never due`),
      );
    }
    if (broken.length > 0) throw new BrokenPromise(this.seed, broken, this.story);
  }

  private async checkEnd(): Promise<void> {
    const rows = [...this.ledger.values()];
    const [outbox] = await this.stage.database.inspect<{ count: number }>(
      "select count(*)::int as count from outbox",
    );
    const broken = [
      ...rows.filter(({ ended_ms }) => ended_ms === null).map((row) => `${name(row)} never ends`),
      ...this.runNow
        .filter((id) => !this.ledger.has(id))
        .map((id) => `run ${id} was promised and is not there`),
      ...(outbox?.count === 0 ? [] : [`the outbox keeps ${outbox?.count} rows`]),
      ...(this.stage.transport.size === 0
        ? []
        : [`the transport keeps ${this.stage.transport.size} entries`]),
      ...this.effectFaults(),
      ...findFalseNotices(this.ledger, await readNotices(this.stage.database)),
    ];
    if (broken.length > 0) throw new BrokenPromise(this.seed, broken, this.story);
  }

  private effectFaults(): string[] {
    const done = this.effects.flatMap((effect) => {
      const row = this.ledger.get(effect.runId);
      return row ? [{ effect, row }] : [];
    });
    const lanes = Map.groupBy(done, ({ row }) => row.lane_id);
    const slots = Map.groupBy(
      done.filter(({ row }) => row.pulse_id !== null),
      ({ row }) => `${row.pulse_id} ${row.slot}`,
    );
    const succeeded = new Set(done.map(({ effect }) => effect.runId));
    return [
      ...[...lanes.values()].flatMap((inLane) =>
        inLane
          .filter(({ effect }, index) => effect.seq <= (inLane[index - 1]?.effect.seq ?? 0))
          .map(({ row }) => `the effect of ${name(row)} is out of order`),
      ),
      ...[...slots].filter(([, twice]) => twice.length > 1).map(([slot]) => `slot ${slot} was done twice`),
      ...[...this.ledger.values()]
        .filter(({ state, id }) => state === "succeeded" && !succeeded.has(id))
        .map((row) => `${name(row)} was never done`),
      ...done
        .filter(({ row }) => ["planned", "missed", "skipped"].includes(row.state))
        .map(({ row }) => `${name(row)} was done`),
    ];
  }

  private tell(what: string): void {
    this.story.push(`${String(this.story.length + 1).padStart(4)} ${new Date().toISOString()} ${what}`);
  }
}

/** An expected refusal is an answer; everything else goes on. */
function swallowRefusal(error: unknown): undefined {
  if (error instanceof AppError) return undefined;
  throw error;
}

const waitsForRetry = ({ state, attempts, action_ms }: LedgerRow, nowMs: number): boolean =>
  state === "queued" && attempts > 0 && (action_ms ?? 0) > nowMs;
