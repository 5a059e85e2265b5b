import { Inject, Injectable, type OnApplicationBootstrap } from "@nestjs/common";
import { type Notice, noticeSchema } from "@pulsekeep/contracts/events";
import { LOGGER, type Logger } from "../../platform/logger.js";
import { TRANSPORT, type Transport } from "../../platform/transport.js";

export type NoticeListener = (notice: Notice) => void;

/** Hands the notices of one subscription to every browser of this process that listens for its workspace. */
@Injectable()
export class NoticeHub implements OnApplicationBootstrap {
  private readonly byWorkspace = new Map<string, Set<NoticeListener>>();

  constructor(
    @Inject(TRANSPORT) private readonly transport: Transport,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.transport.subscribe("notices", (message) => this.deliver(message));
  }

  /** Returns the function that ends the listening. */
  listen(workspaceId: string, listener: NoticeListener): () => void {
    const listeners = this.byWorkspace.get(workspaceId) ?? new Set();
    this.byWorkspace.set(workspaceId, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.byWorkspace.delete(workspaceId);
    };
  }

  private deliver(message: string): void {
    if (this.byWorkspace.size === 0) return;
    try {
      const { workspaceId, topic, id, parentId } = JSON.parse(message) as Record<string, string>;
      const listeners = workspaceId === undefined ? undefined : this.byWorkspace.get(workspaceId);
      if (!listeners) return;
      const notice = noticeSchema.parse({ topic, id, parentId: parentId ?? null });
      for (const listener of listeners) listener(notice);
    } catch (error) {
      this.logger.warn({ err: error }, "a notice could not be read");
    }
  }
}
