import type { Cluster, Redis } from "ioredis";
import { isMissingGroup } from "./replies.js";
import type { ShardKeys } from "./shard-keys.js";

/** The one group of every stream. */
export const GROUP = "workers";

/** Makes a shard's group before its first use, and again when the server has lost it. */
export class ShardGroups {
  private readonly made = new Set<string>();
  private readonly making = new Map<string, Promise<unknown>>();

  constructor(private readonly redis: Redis | Cluster) {}

  /** Runs a command that needs the group. */
  async using(keys: ShardKeys, command: () => Promise<unknown>): Promise<unknown> {
    await this.make([keys]);
    try {
      return await command();
    } catch (error) {
      if (!isMissingGroup(error)) throw error;
      await this.makeAgain(keys);
      return await command();
    }
  }

  /** Undefined when nothing has to be waited for. A shard that cannot be asked now is asked again next time. */
  make(shards: readonly ShardKeys[]): Promise<unknown> | undefined {
    const missing = shards.filter(({ live }) => !this.made.has(live));
    if (missing.length === 0) return undefined;
    return Promise.allSettled(missing.map(({ live }) => this.makeOne(live)));
  }

  /** To be called when the server does not know the group. */
  makeAgain({ live }: ShardKeys): Promise<unknown> {
    this.made.delete(live);
    return this.makeOne(live);
  }

  private makeOne(live: string): Promise<unknown> {
    let making = this.making.get(live);
    if (!making) {
      making = this.create(live).finally(() => this.making.delete(live));
      this.making.set(live, making);
    }
    return making;
  }

  private async create(live: string): Promise<void> {
    try {
      await this.redis.xgroup("CREATE", live, GROUP, "0", "MKSTREAM");
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith("BUSYGROUP")) throw error;
    }
    this.made.add(live);
  }
}
