import { type BeforeApplicationShutdown, Inject, Injectable } from "@nestjs/common";
import { AppError } from "../../http/app-error.js";
import { DeploymentNews } from "./deployment-news.service.js";

/** Beyond these a caller is told to come back: each wait holds a connection. */
const MAX_WAITS = 1_000;
const MAX_WAITS_PER_OWNER = 50;
/** A wake-up may be lost; whoever waits looks by itself as well. */
const LOOK_AGAIN_MS = 5_000;

export type DeploymentWaiting<T extends { isFinal: boolean }> = {
  deploymentId: string;
  owner: string;
  waitMs: number;
  look: () => Promise<T>;
  /** Called with what ends the wait early, because nobody is there any more to be answered. */
  onGone: (leave: () => void) => void;
};

/** Where long polls for a verdict wait, and where every connection that is held open has its place. */
@Injectable()
export class DeploymentWaits implements BeforeApplicationShutdown {
  private readonly wakes = new Set<() => void>();
  private readonly byOwner = new Map<string, number>();
  private open = 0;
  private isClosing = false;

  constructor(@Inject(DeploymentNews) private readonly news: DeploymentNews) {}

  /** Nobody who waits keeps the process from stopping: each is answered with what there is. */
  beforeApplicationShutdown(): void {
    this.isClosing = true;
    for (const wake of this.wakes) wake();
  }

  /**
   * Looks until what it sees is final or the wait is over.
   *
   * @throws AppError `too_many_waits`, and whatever `look` throws
   */
  async waitFor<T extends { isFinal: boolean }>(asked: DeploymentWaiting<T>): Promise<T> {
    const seen = await asked.look();
    if (seen.isFinal || asked.waitMs === 0 || this.isClosing) return seen;
    const leave = this.enter(asked.owner);
    try {
      return await this.lookUntilFinal(asked);
    } finally {
      leave();
    }
  }

  private async lookUntilFinal<T extends { isFinal: boolean }>(asked: DeploymentWaiting<T>): Promise<T> {
    const endsAt = performance.now() + asked.waitMs;
    let isGone = false;
    let wake: () => void = () => undefined;
    const wakeUp = () => wake();
    const unlisten = this.news.listen(asked.deploymentId, ["deployment.changed"], wakeUp);
    this.wakes.add(wakeUp);
    asked.onGone(() => {
      isGone = true;
      wake();
    });
    try {
      for (;;) {
        // Listens before it looks, so that what comes in between is not slept through.
        const woken = new Promise<void>((resolve) => {
          wake = resolve;
        });
        const seen = await asked.look();
        const leftMs = endsAt - performance.now();
        if (seen.isFinal || leftMs <= 0 || isGone || this.isClosing) return seen;
        const timer = setTimeout(wake, Math.min(leftMs, LOOK_AGAIN_MS));
        await woken;
        clearTimeout(timer);
      }
    } finally {
      unlisten();
      this.wakes.delete(wakeUp);
    }
  }

  /** Takes a place until the function that is returned is called. @throws AppError `too_many_waits` */
  enter(owner: string): () => void {
    const own = this.byOwner.get(owner) ?? 0;
    if (this.open >= MAX_WAITS || own >= MAX_WAITS_PER_OWNER)
      throw new AppError("too_many_waits", { headers: { "retry-after": "5" } });
    this.open += 1;
    this.byOwner.set(owner, own + 1);
    return () => {
      this.open -= 1;
      const left = (this.byOwner.get(owner) ?? 1) - 1;
      if (left > 0) this.byOwner.set(owner, left);
      else this.byOwner.delete(owner);
    };
  }
}
