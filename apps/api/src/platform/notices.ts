import { type BeforeApplicationShutdown, Inject, Injectable } from "@nestjs/common";
import { LOGGER, type Logger } from "./logger.js";
import { TRANSPORT, type Transport } from "./transport.js";

/** Long enough to make one notice of a batch, too short for a person to see. */
const GATHER_MS = 25;

/**
 * Tells open pages to look again, after the commit. A page reads whole lists again, so that one notice per
 * workspace and topic stands for many; one that is lost costs freshness only.
 */
@Injectable()
export class Notices implements BeforeApplicationShutdown {
  private readonly gathered = new Map<string, Record<string, string>>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    @Inject(TRANSPORT) private readonly transport: Transport,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  tell(workspaceId: string, topic: string, id: string): void {
    const key = `${workspaceId} ${topic}`;
    if (this.gathered.has(key)) return;
    this.gathered.set(key, { workspaceId, topic, id });
    this.timer ??= setTimeout(() => void this.send(), GATHER_MS);
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearTimeout(this.timer);
    await this.send();
  }

  private async send(): Promise<void> {
    this.timer = undefined;
    const notices = [...this.gathered.values()];
    this.gathered.clear();
    if (notices.length === 0) return;
    try {
      await this.transport.publish(
        notices.map((notice) => ({ channel: "notices", message: JSON.stringify(notice) })),
      );
    } catch (error) {
      this.logger.debug({ err: error }, "notices were not sent");
    }
  }
}
