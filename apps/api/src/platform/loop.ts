import { failureKind } from "./failure-kind.js";
import type { Logger } from "./logger.js";

/** What a turn found: nothing, more than it took, or when to look again. */
export type Turn = "idle" | "more" | { againInMs: number };

export type LoopOptions = {
  name: string;
  /** Pause after a turn that found nothing; after a failure it grows to at most 30 times this, or 10 s. */
  intervalMs: number;
  run: () => Promise<Turn>;
  logger: Logger;
};

/** Calls `run` one turn after another until stopped; a turn that throws is logged and tried again later. */
export class Loop {
  readonly name: string;
  lastTurnAt: Date | null = null;
  /** Kind of the last turn's failure; null after success. */
  lastFailure: string | null = null;
  /** Turns that threw, since the start. */
  failedTurns = 0;
  private running: Promise<void> | undefined;
  private stopped = false;
  private failures = 0;
  private wakeUp: () => void = () => undefined;

  constructor(private readonly options: LoopOptions) {
    this.name = options.name;
  }

  start(): void {
    this.running ??= this.turnUntilStopped();
  }

  /** Resolves when the turn that is under way has ended. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.wakeUp();
    await this.running;
  }

  private async turnUntilStopped(): Promise<void> {
    while (!this.stopped) {
      const pauseMs = await this.turn();
      if (pauseMs > 0 && !this.stopped) await this.pause(pauseMs);
    }
  }

  private async turn(): Promise<number> {
    try {
      const found = await this.options.run();
      this.lastTurnAt = new Date();
      this.lastFailure = null;
      this.failures = 0;
      if (typeof found === "object") return found.againInMs;
      return found === "more" ? 0 : this.options.intervalMs;
    } catch (error) {
      this.failures += 1;
      this.failedTurns += 1;
      this.lastFailure = failureKind(error);
      if (!this.stopped) this.options.logger.error({ err: error, loop: this.name }, "turn failed");
      return Math.min(Math.max(this.options.intervalMs, 100) * 2 ** Math.min(this.failures, 5), 10_000);
    }
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
