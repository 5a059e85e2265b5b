import type { Cluster, Redis } from "ioredis";
import { isMissingGroup } from "./replies.js";
import type { ShardKeys } from "./shard-keys.js";

/** The one group of every stream. */
export const GROUP = "workers";

/** Makes a shard's group before its first use, and again when the server has lost it. */
export class ShardGroups {
  private readonly made = new Map<string, Promise<unknown>>();

  constructor(private readonly redis: Redis | Cluster) {}

  async using(keys: ShardKeys, command: () => Promise<unknown>): Promise<unknown> {
    await this.make(keys.live);
    try {
      return await command();
    } catch (error) {
      if (!isMissingGroup(error)) throw error;
      this.made.delete(keys.live);
      await this.make(keys.live);
      return await command();
    }
  }

  private make(live: string): Promise<unknown> {
    let made = this.made.get(live);
    if (!made) {
      made = this.redis.xgroup("CREATE", live, GROUP, "0", "MKSTREAM").catch((error: Error) => {
        if (error.message.startsWith("BUSYGROUP")) return;
        this.made.delete(live);
        throw error;
      });
      this.made.set(live, made);
    }
    return made;
  }
}
