import { Inject, Injectable, type OnApplicationBootstrap } from "@nestjs/common";
import { z } from "zod";
import { TRANSPORT, type Transport } from "../../platform/transport.js";

const noticeSchema = z.object({ topic: z.string(), id: z.string() });
const TOPICS = ["deployment.changed", "sample.recorded"] as const;
export type DeploymentTopic = (typeof TOPICS)[number];

/** Wakes whoever waits for one deployment. One subscription of the process serves them all; news may be lost. */
@Injectable()
export class DeploymentNews implements OnApplicationBootstrap {
  private readonly listeners = new Map<string, Set<() => void>>();

  constructor(@Inject(TRANSPORT) private readonly transport: Transport) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.transport.subscribe("notices", (message) => {
      if (this.listeners.size === 0) return;
      const { topic, id } = noticeSchema.parse(JSON.parse(message));
      for (const wake of this.listeners.get(`${topic} ${id}`) ?? []) wake();
    });
  }

  /** Returns the function that ends the listening. */
  listen(deploymentId: string, topics: readonly DeploymentTopic[], wake: () => void): () => void {
    // As the database spells it, and every notice.
    const keys = topics.map((topic) => `${topic} ${deploymentId.toLowerCase()}`);
    for (const key of keys) this.listeners.set(key, (this.listeners.get(key) ?? new Set()).add(wake));
    return () => {
      for (const key of keys) {
        const left = this.listeners.get(key);
        left?.delete(wake);
        if (left?.size === 0) this.listeners.delete(key);
      }
    };
  }
}
