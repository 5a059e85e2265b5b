import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from "@nestjs/common";
import { z } from "zod";
import { AppError } from "../../http/app-error.js";
import { TRANSPORT, type Transport } from "../../platform/transport.js";

/** Beyond these a caller is told to come back: each wait holds a connection. */
const MAX_WAITS = 1_000;
const MAX_WAITS_PER_OWNER = 50;
/** A wake-up may be lost; whoever waits looks by itself as well. */
const LOOK_AGAIN_MS = 5_000;

const noticeSchema = z.object({ topic: z.string(), id: z.string() });

export type DeploymentWaiting<T extends { isFinal: boolean }> = {
  deploymentId: string;
  owner: string;
  waitMs: number;
  look: () => Promise<T>;
  /** Called with what ends the wait early, because nobody is there any more to be answered. */
  onGone: (leave: () => void) => void;
};

/** Where long polls for a verdict wait. One subscription of the process serves them all. */
@Injectable()
export class DeploymentWaits implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly waiting = new Map<string, Set<() => void>>();
  private readonly byOwner = new Map<string, number>();
  private open = 0;
  private isClosing = false;

  constructor(@Inject(TRANSPORT) private readonly transport: Transport) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.transport.subscribe("notices", (message) => {
      const { topic, id } = noticeSchema.parse(JSON.parse(message));
      if (topic === "deployment.changed") for (const wake of this.waiting.get(id) ?? []) wake();
    });
  }

  /** Nobody who waits keeps the process from stopping: each is answered with what there is. */
  beforeApplicationShutdown(): void {
    this.isClosing = true;
    for (const wakes of this.waiting.values()) for (const wake of wakes) wake();
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
    const unlisten = this.listen(asked.deploymentId, () => wake());
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
    }
  }

  private enter(owner: string): () => void {
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

  private listen(deploymentId: string, wake: () => void): () => void {
    const wakes = this.waiting.get(deploymentId) ?? new Set();
    this.waiting.set(deploymentId, wakes.add(wake));
    return () => {
      wakes.delete(wake);
      if (wakes.size === 0) this.waiting.delete(deploymentId);
    };
  }
}
