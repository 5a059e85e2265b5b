import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { isSignalExpired } from "@pulsekeep/signing";
import type { EffectLog, Granted } from "./effect-log.ts";
import type { Habits } from "./habits.ts";
import type { Overheard } from "./overheard.ts";
import type { Random } from "./random.ts";
import { type Answered, WorkerConnection, type WorkerAnswer } from "./worker-connection.ts";
import type { Seat } from "./population.ts";

const MAX_RUNS = 10;
const WAIT_SECONDS = 2;
const RETRY_MS = 150;

export type WorkerSurroundings = {
  /** Addresses of the processes that answer workers. */
  servers: readonly string[];
  publicUrl: string;
  log: EffectLog;
  overheard: Overheard;
  habits: Habits;
  leaseMs: number;
  /** Whether the worker is asleep: it neither asks nor acts. */
  isAway: (seat: Seat) => boolean;
  signal: AbortSignal;
};

/**
 * A worker that speaks the real protocol, and whose hand goes into the effect log instead of a repository. It
 * checks what the real one checks but the order of a lane, which the engine has to keep by itself.
 */
export class FakeWorker {
  private readonly seat: Seat;
  private readonly around: WorkerSurroundings;
  private readonly random: Random;
  private connection: WorkerConnection;
  private readonly signalIds = new Set<string>();
  /** Work that goes on beside the claims: what a slow or late worker still does. */
  private readonly stragglers = new Set<Promise<void>>();

  constructor(seat: Seat, around: WorkerSurroundings, random: Random) {
    this.seat = seat;
    this.around = around;
    this.random = random;
    this.connection = new WorkerConnection(seat, around.publicUrl);
  }

  /** Claims, acts and reports until the run ends. */
  async work(): Promise<void> {
    while (!this.around.signal.aborted) {
      if (this.around.isAway(this.seat)) {
        this.connection.endSession();
        await delay(RETRY_MS);
      } else if (!(await this.turn())) await delay(RETRY_MS);
    }
    await Promise.allSettled(this.stragglers);
  }

  /** False when the server could not be asked. */
  private async turn(): Promise<boolean> {
    if (!this.connection.hasSession && !(await this.hello())) return false;
    const claimId = randomBytes(18).toString("base64url");
    let granted = await this.claim(claimId);
    // An answer that got lost, or that the worker lost: the same question again must bring the same runs.
    if (granted === undefined || this.random.chance(this.around.habits.losesClaim))
      granted = await this.claim(claimId);
    if (granted === undefined) return false;
    for (const [at, run] of granted.entries()) if (!(await this.perform(run, granted.slice(at + 1)))) break;
    return true;
  }

  private async hello(): Promise<boolean> {
    const answer = await this.connection.hello(this.pickServer());
    this.note("/v1/worker/hello", answer);
    return this.connection.hasSession;
  }

  private async claim(claimId: string): Promise<Granted[] | undefined> {
    const body = { claimId, max: MAX_RUNS, waitSeconds: WAIT_SECONDS };
    const answer = await this.ask("/v1/worker/claim", body, WAIT_SECONDS * 1_000 + 5_000);
    if (answer?.status !== 200) return undefined;
    const granted = this.openAll(answer.body["runs"] as { runId: string; fence: number; signal: string }[]);
    this.around.log.write({ kind: "claim", at: Date.now(), worker: this.seat.id, claimId, granted });
    return granted;
  }

  private openAll(runs: readonly { runId: string; fence: number; signal: string }[]): Granted[] {
    return runs.flatMap(({ runId, fence, signal: sealed }) => {
      const signal = this.connection.open(sealed);
      if (signal === undefined || signal.runId !== runId || this.signalIds.has(signal.signalId)) return [];
      this.signalIds.add(signal.signalId);
      const branch = String(signal.params["branch"]);
      const lane = this.seat.lanes.find((known) => known.branch === branch)?.id ?? branch;
      const { seq, signalId: jti, expiresAt } = signal;
      return [{ run: runId, fence, seq, lane, jti, expiresAt: expiresAt.getTime() }];
    });
  }

  /** False when the worker is gone after it, and the rest of its claim with it. */
  private async perform(run: Granted, rest: readonly Granted[]): Promise<boolean> {
    const { habits } = this.around;
    if (this.around.isAway(this.seat)) return this.crash();
    if (run.fence > 1 && this.random.chance(habits.reportsOldFence)) await this.reportOldFence(run);
    const habit = this.random.pickWeighted(habits.ways).name;
    switch (habit) {
      case "crash_before":
        return this.crash();
      case "crash_after":
        this.act(run);
        return this.crash();
      case "release":
        await this.ask("/v1/worker/release", {
          runs: [run, ...rest].map(({ run: runId, fence }) => ({ runId, fence })),
        });
        return false;
      case "fail":
        if (this.around.log.findEffect(run.run) !== undefined) break;
        await this.report(run, {
          outcome: "failed",
          reason: { code: "github_unavailable", detail: "chaos" },
        });
        return true;
      case "slow":
        await this.pause(this.random.between(100, 1_000));
        break;
      case "late":
        this.straggle(run);
        return true;
      case "usual":
        break;
    }
    await this.report(run, this.act(run));
    return true;
  }

  /** Does it beside everything else: for the report of a run whose lease may be over, or be somebody else's. */
  private straggle(run: Granted): void {
    const { leaseMs, signal } = this.around;
    const actsFirst = this.random.chance(0.5);
    const pauseMs = this.random.between(0.5, 1.5) * leaseMs;
    const work = async () => {
      const before = actsFirst ? this.act(run) : undefined;
      await delay(pauseMs, undefined, { signal }).catch(() => undefined);
      await this.report(run, before ?? this.act(run));
    };
    const straggler = work().finally(() => this.stragglers.delete(straggler));
    this.stragglers.add(straggler);
  }

  /** Looks, then acts: between the two there is nothing, as a commit on top of what was seen has nothing. */
  private act(run: Granted): object {
    const { log } = this.around;
    const at = Date.now();
    if (isSignalExpired({ expiresAt: new Date(run.expiresAt) }, new Date(at)))
      return { outcome: "failed", reason: { code: "signal_expired", detail: "chaos" } };
    const worker = this.seat.id;
    const isDone = log.findEffect(run.run) !== undefined;
    log.write({ kind: isDone ? "found_done" : "effect", at, worker, ...run });
    return isDone
      ? { outcome: "already_done", commitSha: null }
      : { outcome: "succeeded", commitSha: null, facts: null };
  }

  private async report(run: Granted, result: object): Promise<void> {
    const now = new Date().toISOString();
    const report = {
      runId: run.run,
      fence: run.fence,
      signalId: run.jti,
      startedAt: now,
      finishedAt: now,
      result,
    };
    const again = this.random.chance(this.around.habits.reportsTwice);
    for (let left = again ? 2 : 1; left > 0; left -= 1) {
      const answer = await this.ask("/v1/worker/report", report, 6_000, 3);
      if (answer === undefined) return;
      const { outcome } = result as { outcome: string };
      this.noteReport(run, outcome, answer);
    }
  }

  /** What a runner that was thought dead would send: its lease has been somebody else's for a while. */
  private async reportOldFence(run: Granted): Promise<void> {
    const now = new Date().toISOString();
    const result = { outcome: "failed", reason: { code: "worker_fault", detail: "chaos" } };
    const fence = run.fence - 1;
    const report = { runId: run.run, fence, signalId: null, startedAt: now, finishedAt: now, result };
    const answer = await this.ask("/v1/worker/report", report);
    if (answer !== undefined) this.noteReport({ run: run.run, fence }, "failed", answer);
  }

  private noteReport(run: { run: string; fence: number }, outcome: string, { status, body }: Answered): void {
    const state = typeof body["state"] === "string" ? body["state"] : null;
    this.around.log.write({
      kind: "report",
      at: Date.now(),
      run: run.run,
      fence: run.fence,
      outcome,
      status,
      state,
    });
  }

  /** Asks some process, a few times when it cannot be reached; undefined when there was no answer to use. */
  private async ask(
    path: string,
    body: object,
    timeoutMs = 6_000,
    attempts = 1,
  ): Promise<Answered | undefined> {
    for (let attempt = 1; attempt <= attempts; attempt += 1) {
      const answer = await this.connection.ask(this.pickServer(), path, { body, timeoutMs });
      this.note(path, answer);
      if (answer.kind === "answered" && answer.status < 500 && answer.status !== 401) return answer;
      if (answer.kind === "answered" && answer.status === 401) {
        this.connection.endSession();
        if (attempt < attempts) await this.hello();
      }
      if (this.around.signal.aborted) return undefined;
      if (attempt < attempts) await this.pause(RETRY_MS);
    }
    return undefined;
  }

  private note(path: string, answer: WorkerAnswer): void {
    const { log, overheard } = this.around;
    if (answer.kind === "unproven")
      log.write({ kind: "unproven", at: Date.now(), path, status: answer.status });
    // Whoever was refused for another reason than the proof has used the proof up as well.
    if (answer.kind === "answered" && answer.status === 200) overheard.keep(answer.sent);
  }

  /** The process is gone: its memory with it, and a new one begins with a handshake. */
  private crash(): false {
    this.connection = new WorkerConnection(this.seat, this.around.publicUrl);
    this.signalIds.clear();
    return false;
  }

  private pickServer(): string {
    return this.random.pick(this.around.servers);
  }

  private async pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.around.signal }).catch(() => undefined);
  }
}
