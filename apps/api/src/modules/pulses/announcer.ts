import { Inject, Injectable } from "@nestjs/common";
import { LOGGER, type Logger } from "../../platform/logger.js";
import { Notices } from "../../platform/notices.js";
import { TRANSPORT, type Transport } from "../../platform/transport.js";
import { WakeUps } from "../../platform/wake-ups.js";
import type { OfferedRun } from "./offer-heads.js";

/** Appends under way, at most: a transport that is away gets no longer queue than that. */
const APPENDS = 16;

/** Says after a commit what it changed: to the dispatcher, to workers that wait, and to pages that are open. */
@Injectable()
export class Announcer {
  private appends = 0;

  constructor(
    @Inject(TRANSPORT) private readonly transport: Transport,
    @Inject(Notices) private readonly notices: Notices,
    @Inject(WakeUps) private readonly wakeUps: WakeUps,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * Tells the dispatcher of workers with something to claim, after the commit and without an outbox: the row itself
   * says that it waits, and the sweeper looks at it in two seconds if nobody has. So what is lost here, with the
   * transport or with this process, costs that time and no run. A worker that waits in this process is awake already.
   */
  announceQueued(queued: readonly string[]): void {
    const workerIds = this.wakeUps.wakeHere(queued);
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

  announceOffered(offered: readonly OfferedRun[]): void {
    this.announceChanged(offered.map(({ id, workspace_id: workspaceId }) => ({ id, workspaceId })));
    this.wakeWorkers(offered.map(({ worker_id }) => worker_id));
  }

  /**
   * Wakes workers that may wait for something to claim: also one that has ended a run, because another may stand
   * behind it in its lane.
   */
  wakeWorkers(workerIds: readonly string[]): void {
    this.wakeUps.wake(workerIds);
  }

  announceChanged(runs: readonly { id: string; workspaceId: string }[]): void {
    for (const { id, workspaceId } of runs) this.notices.tell(workspaceId, "run.changed", id);
  }
}
