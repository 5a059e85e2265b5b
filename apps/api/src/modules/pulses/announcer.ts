import { Inject, Injectable } from "@nestjs/common";
import { LOGGER, type Logger } from "../../platform/logger.js";
import { Notices } from "../../platform/notices.js";
import { TRANSPORT, type Transport } from "../../platform/transport.js";
import type { OfferedRun } from "./offer-heads.js";
import { WAKE_UPS, writeWakeUps } from "./pulses.ports.js";

/** Appends under way, at most: a transport that is away gets no longer queue than that. */
const APPENDS = 16;

/** Says after a commit what it changed: to the dispatcher, to workers that wait, and to pages that are open. */
@Injectable()
export class Announcer {
  private appends = 0;

  constructor(
    @Inject(TRANSPORT) private readonly transport: Transport,
    @Inject(Notices) private readonly notices: Notices,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * Tells the dispatcher of workers with something to claim, after the commit and without an outbox: the row itself
   * says that it waits, and the sweeper looks at it in two seconds if nobody has. So what is lost here, with the
   * transport or with this process, costs that time and no run.
   */
  announceQueued(workerIds: readonly string[]): void {
    if (workerIds.length === 0 || this.appends >= APPENDS) return;
    this.appends += 1;
    this.transport
      .append(
        "runs.queued",
        workerIds.map((workerId) => ({ key: workerId, body: { workerId } })),
      )
      .catch((error: unknown) => this.logger.warn({ err: error }, "the dispatcher was not told"))
      .finally(() => {
        this.appends -= 1;
      });
  }

  async announceOffered(offered: readonly OfferedRun[]): Promise<void> {
    this.announceChanged(offered);
    await this.wakeWorkers(offered.map(({ worker_id }) => worker_id));
  }

  /**
   * Wakes workers that may wait for something to claim: also one that has ended a run, because another may stand
   * behind it in its lane. A wake-up is a hint, and what was committed stays so without it: a transport that is
   * away is logged and no failure.
   */
  async wakeWorkers(workerIds: readonly string[]): Promise<void> {
    if (workerIds.length === 0) return;
    try {
      const messages = writeWakeUps(new Set(workerIds));
      await this.transport.publish(messages.map((message) => ({ channel: WAKE_UPS, message })));
    } catch (error) {
      this.logger.warn({ err: error }, "waiting workers were not woken");
    }
  }

  announceChanged(runs: readonly { id: string; workspace_id: string }[]): void {
    for (const run of runs) this.notices.tell(run.workspace_id, "run.changed", run.id);
  }
}
