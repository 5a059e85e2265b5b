import { Inject, Injectable } from "@nestjs/common";
import { LOGGER, type Logger } from "../../platform/logger.js";
import { Notices } from "../../platform/notices.js";
import { TRANSPORT, type Transport } from "../../platform/transport.js";
import type { OfferedRun } from "./offer-heads.js";
import { WAKE_UPS, writeWakeUps } from "./pulses.ports.js";

/** Says after a commit what it changed: to workers that wait, and to pages that are open. */
@Injectable()
export class Announcer {
  constructor(
    @Inject(TRANSPORT) private readonly transport: Transport,
    @Inject(Notices) private readonly notices: Notices,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * Wakes the workers of offered runs. A wake-up is a hint, and what was committed stays so without it: a
   * transport that is away is logged and no failure.
   */
  async announceOffered(offered: readonly OfferedRun[]): Promise<void> {
    if (offered.length === 0) return;
    this.announceChanged(offered);
    try {
      const messages = writeWakeUps(new Set(offered.map(({ worker_id }) => worker_id)));
      await this.transport.publish(messages.map((message) => ({ channel: WAKE_UPS, message })));
    } catch (error) {
      this.logger.warn({ err: error }, "waiting workers were not woken");
    }
  }

  announceChanged(runs: readonly { id: string; workspace_id: string }[]): void {
    for (const run of runs) this.notices.tell(run.workspace_id, "run.changed", run.id);
  }
}
