import type { ReportRequest, RunOutcome } from "@pulsekeep/contracts/worker-protocol";
import { AppError } from "../http/app-error.js";
import type { Claimed, ClaimingWorker } from "../modules/pulses/claims.service.js";
import type { EngineInstance } from "./engine-instance.js";
import type { Ledger } from "./ledger.js";
import type { Random } from "./random.js";
import { isSimulated } from "./simulated-fault.js";

/** What was done outside, once and for all; the system does not see this log. */
export type Effect = { runId: string; fence: number; seq: number; atMs: number };

/** A claimed run in the hands of a worker's process. */
export type Held = { run: Claimed; acted: boolean; reported: RunOutcome | undefined; sleepsUntilMs: number };

const SHA = "a".repeat(40);
const failure = { code: "github_unavailable", detail: "502" } as const;

/**
 * A worker's repository and the processes that come and go in it. It keeps the protocol: it acts only while the
 * signal is valid, looks before it acts, and says afterwards how it was; it may vanish at any point.
 */
export class VirtualWorker {
  readonly held: Held[] = [];
  /** Nobody starts it before this instant. */
  awayUntilMs = 0;
  /** A claim whose answer was lost. */
  private lostClaim: { claimId: string; max: number } | undefined;

  constructor(
    readonly identity: ClaimingWorker,
    private readonly effects: Effect[],
    private readonly random: Random,
  ) {}

  get isAway(): boolean {
    return Date.now() < this.awayUntilMs;
  }

  /** Claims, or repeats the claim whose answer was lost; returns what the worker got to know of. */
  async claim(
    instance: EngineInstance,
    request: { max: number; claimId: string; answerLost: boolean },
  ): Promise<Claimed[]> {
    const { claimId, max } = this.lostClaim ?? request;
    this.lostClaim = { claimId, max };
    const claimed = await instance.claims
      .claimRuns(this.identity, { claimId, max })
      .catch((error: unknown) => {
        if (isSimulated(error)) return undefined;
        throw error;
      });
    if (claimed === undefined || request.answerLost) return [];
    this.lostClaim = undefined;
    if (claimed.length > max) throw new Error(`${claimed.length} runs came, ${max} were asked for`);
    this.hold(claimed);
    return claimed;
  }

  /** The process that waited for the answer is gone. */
  forgetLostClaim(): void {
    this.lostClaim = undefined;
  }

  /** Does what the signal says, unless it is done or the signal is over. */
  act(held: Held): "acted" | "already done" | "too late" {
    const { runId, fence, seq, notBefore, expiresAt } = held.run;
    const nowMs = Date.now();
    if (nowMs >= expiresAt.getTime() || nowMs < notBefore.getTime()) return "too late";
    held.acted = true;
    if (this.effects.some((effect) => effect.runId === runId)) return "already done";
    this.effects.push({ runId, fence, seq, atMs: nowMs });
    return "acted";
  }

  /** Reports, and checks the answer against what the ledger said before. */
  async report(
    instance: EngineInstance,
    held: Held,
    context: { ledger: Ledger; answerLost: boolean },
  ): Promise<string> {
    held.reported ??= this.outcomeOf(held);
    const row = context.ledger.get(held.run.runId);
    const isStale = row?.fence !== held.run.fence;
    const answer = await instance.claims
      .recordReport(this.identity, requestOf(held), async () => undefined)
      .then(
        ({ state }) => state,
        (error: unknown) => {
          if (error instanceof AppError || isSimulated(error)) return error;
          throw error;
        },
      );
    if (isSimulated(answer)) return "answer lost";
    if (isStale !== (answer instanceof AppError && answer.code === "stale_claim"))
      throw new Error(
        `the report of fence ${held.run.fence} was answered with ${String(answer)}, the run has ${row?.fence}`,
      );
    if (!context.answerLost) this.drop(held);
    return `${held.reported.outcome} -> ${answer instanceof AppError ? answer.code : String(answer)}`;
  }

  async release(instance: EngineInstance, ledger: Ledger): Promise<string> {
    const given = this.held.filter(({ acted, reported }) => !acted && reported === undefined);
    if (given.length === 0) return "nothing to release";
    for (const held of given) this.drop(held);
    const runs = given.map(({ run: { runId, fence } }) => ({ runId, fence }));
    const released = await instance.claims.releaseRuns(this.identity, { runs }).catch((error: unknown) => {
      if (isSimulated(error)) return undefined;
      throw error;
    });
    const expected = runs.filter(({ runId, fence }) => {
      const row = ledger.get(runId);
      return row?.state === "claimed" && row.fence === fence;
    });
    if (
      released !== undefined &&
      released.toSorted().join() !==
        expected
          .map(({ runId }) => runId)
          .sort()
          .join()
    )
      throw new Error(`released ${released.join()} instead of ${expected.map(({ runId }) => runId).join()}`);
    return `gave back ${released?.length ?? "?"} of ${runs.length}`;
  }

  /** Its process is gone, with all that it knew. */
  crash(): void {
    this.held.length = 0;
    this.lostClaim = undefined;
  }

  private hold(claimed: readonly Claimed[]): void {
    for (const run of claimed) {
      const before = this.held.find((held) => held.run.runId === run.runId && held.run.fence === run.fence);
      if (before) before.run = run;
      else this.held.push({ run, acted: false, reported: undefined, sleepsUntilMs: 0 });
    }
  }

  private drop(held: Held): void {
    this.held.splice(this.held.indexOf(held), 1);
  }

  private outcomeOf({ acted }: Held): RunOutcome {
    if (acted)
      return this.random.chance(0.9)
        ? { outcome: "succeeded", commitSha: SHA, facts: null }
        : { outcome: "already_done", commitSha: SHA };
    const choice = this.random.next();
    if (choice < 0.7) return { outcome: "failed", reason: failure };
    if (choice < 0.9) return { outcome: "refused", reason: { code: "not_allowed", detail: "" } };
    return { outcome: "unknown", reason: { code: "worker_fault", detail: "" } };
  }
}

function requestOf({ run, reported }: Held): ReportRequest {
  if (reported === undefined) throw new Error("nothing to report");
  const at = new Date().toISOString();
  return {
    runId: run.runId,
    fence: run.fence,
    signalId: run.signalId,
    startedAt: at,
    finishedAt: at,
    result: reported,
  };
}
