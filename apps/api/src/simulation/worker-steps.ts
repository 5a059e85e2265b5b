import type { EngineSteps } from "./engine-steps.js";
import { isOpen, type LedgerRow, readLedger } from "./ledger.js";
import { name } from "./ledger-rules.js";
import { newSecret } from "./seeded-ids.js";
import type { Held, VirtualWorker } from "./virtual-worker.js";
import { HOUR_MS, MINUTE_MS, type World } from "./world.js";

/** What workers do, alone and together. */
export class WorkerSteps {
  constructor(
    private readonly world: World,
    private readonly engine: EngineSteps,
  ) {}

  async claim(): Promise<string> {
    const { random, ledger, nowMs } = this.world;
    const worker = this.world.anyWorker();
    if (worker.isAway) return "nobody comes";
    if (random.chance(0.05)) worker.forgetLostClaim();
    const request = { max: random.between(1, 5), claimId: newSecret(16), answerLost: random.chance(0.1) };
    const claimed = await worker.claim(this.world.anyInstance(), request);
    for (const run of claimed) {
      const before = ledger.get(run.runId);
      if (!before || !isOpen(before) || waitsForRetry(before, nowMs))
        throw new Error(`run ${run.runId} was claimed while ${JSON.stringify(before)}`);
    }
    return `${claimed.map(({ runId, fence }) => `${runId.slice(-6)}#${fence}`).join(" ") || "nothing"}${request.answerLost ? ", the answer is lost" : ""}`;
  }

  async act(): Promise<string> {
    const { random } = this.world;
    const worker = this.world.anyWorker();
    const idle = worker.held.filter(({ acted, reported }) => !acted && reported === undefined);
    if (idle.length === 0) return "nothing to do";
    const held = random.pick(idle);
    const result = this.actOn(worker, held);
    const dies = random.chance(0.15);
    if (dies) worker.crash();
    return `${held.run.runId.slice(-6)}#${held.run.fence} ${result}${dies ? ", and vanishes" : ""}`;
  }

  async report(): Promise<string> {
    const { random, ledger, nowMs } = this.world;
    const worker = this.world.anyWorker();
    const awake = worker.held.filter(({ sleepsUntilMs }) => sleepsUntilMs <= nowMs);
    if (awake.length === 0) return "nothing to report";
    const held = random.pick(awake);
    const context = { ledger, answerLost: random.chance(0.1) };
    const answer = await worker.report(this.world.anyInstance(), held, context);
    if (answer.endsWith("stale_claim")) await this.checkUnchanged(held.run.runId);
    return `${held.run.runId.slice(-6)}#${held.run.fence} ${answer}`;
  }

  /** One worker does all that there is for it, as on a good day. */
  async serve(): Promise<string> {
    const worker = this.world.anyWorker();
    if (worker.isAway) return "nobody comes";
    const before = this.world.effects.length;
    await this.doAll(worker);
    return `${worker.identity.workerId.slice(-6)} did ${this.world.effects.length - before} runs`;
  }

  /** Every worker comes at the same instant, some of them twice, and all report together. */
  async crowd(): Promise<string> {
    const { random, workers } = this.world;
    const instance = this.world.anyInstance();
    const there = workers.filter(({ isAway }) => !isAway);
    const coming = [...there, ...random.some(there, 0.3)];
    const claims = coming.map((worker) =>
      worker.claim(instance, { max: random.between(1, 5), claimId: newSecret(16), answerLost: false }),
    );
    const claimed = (await Promise.all(claims)).flat();
    const twice = claimed.find((run, index) => claimed.findIndex(({ runId }) => runId === run.runId) < index);
    if (twice) throw new Error(`run ${twice.runId} was given to two claims that came together`);
    await this.world.watch();
    const busy = workers.flatMap((worker) => worker.held.slice(0, 2).map((held) => ({ worker, held })));
    for (const { worker, held } of busy) this.actOn(worker, held);
    const context = { ledger: this.world.ledger, answerLost: false };
    const answers = await Promise.all(busy.map(({ worker, held }) => worker.report(instance, held, context)));
    return `${coming.length} claims got ${claimed.length} runs; ${answers.join(", ")}`;
  }

  async release(): Promise<string> {
    return this.world.anyWorker().release(this.world.anyInstance(), this.world.ledger);
  }

  async crash(): Promise<string> {
    const worker = this.world.anyWorker();
    const lost = worker.held.length;
    worker.crash();
    return `a worker vanishes with ${lost} runs`;
  }

  /** Nobody starts the worker for hours. */
  async stayAway(): Promise<string> {
    const worker = this.world.anyWorker();
    worker.awayUntilMs = this.world.nowMs + this.world.random.between(2, 30) * HOUR_MS;
    return `${worker.identity.workerId.slice(-6)} stays away until ${new Date(worker.awayUntilMs).toISOString()}`;
  }

  /** A new process of the worker comes, and does what there is until there is no more. */
  async doAll(worker: VirtualWorker): Promise<void> {
    const instance = this.world.anyInstance();
    worker.awayUntilMs = 0;
    worker.crash();
    for (let rounds = 0; rounds < 50; rounds += 1) {
      const openBefore = this.world.countOpen();
      const claimed = await worker.claim(instance, { max: 10, claimId: newSecret(16), answerLost: false });
      await this.world.watch();
      // A claim that ended what its day has no room for wakes its worker, to see what stood behind.
      if (claimed.length === 0 && this.world.countOpen() >= openBefore) return;
      for (const held of worker.held.slice()) {
        this.actOn(worker, held);
        await worker.report(instance, held, { ledger: this.world.ledger, answerLost: false });
      }
      await this.engine.calm();
    }
  }

  private actOn(worker: VirtualWorker, held: Held): string {
    if (held.acted || held.reported) return "nothing";
    const { random, nowMs } = this.world;
    const result = worker.act(held);
    if (result !== "too late") this.checkEffect(held.run);
    // Some say so long after their lease, when another may have claimed the run.
    if (random.chance(0.25)) held.sleepsUntilMs = nowMs + random.between(11, 40) * MINUTE_MS;
    return result;
  }

  private checkEffect({ runId, fence }: { runId: string; fence: number }): void {
    const { ledger } = this.world;
    const row = ledger.get(runId);
    if (row?.state !== "claimed" || row.fence !== fence)
      throw new Error(`an effect with fence ${fence}, when ${row && name(row)} had fence ${row?.fence}`);
    const ahead = [...ledger.values()].filter(
      (other) => other.lane_id === row.lane_id && isOpen(other) && (other.seq ?? 0) < (row.seq ?? 0),
    );
    if (ahead[0]) throw new Error(`an effect of ${name(row)} before that of ${name(ahead[0])}`);
  }

  private async checkUnchanged(runId: string): Promise<void> {
    const after = (await readLedger(this.world.stage.database)).get(runId);
    if (after?.state !== this.world.ledger.get(runId)?.state)
      throw new Error(`a report of ${after && name(after)} was refused and counted all the same`);
  }
}

const waitsForRetry = ({ state, attempts, action_ms }: LedgerRow, nowMs: number): boolean =>
  state === "queued" && attempts > 0 && (action_ms ?? 0) > nowMs;
