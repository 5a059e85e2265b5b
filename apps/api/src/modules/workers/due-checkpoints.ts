import { Inject, Injectable } from "@nestjs/common";
import { LogQueries } from "../audit/log.queries.js";
import type { GateWorker } from "./known-worker.js";

/** One commit a day is enough to hold a log to its word; a little less than a day, so that an hourly check-in keeps its hour. */
const EVERY_MS = 23.5 * 3_600_000;
/** Checkpoints are made once a minute at most. */
const NOTE_LIVES_MS = 60_000;

/** The checkpoints that workers take home, where their users switched that on. */
@Injectable()
export class DueCheckpoints {
  private newest: { note: Promise<string | undefined>; readAtMs: number } | undefined;

  constructor(@Inject(LogQueries) private readonly log: LogQueries) {}

  /** The newest checkpoint, when this worker is due for one. */
  async findDue(
    { exportsCheckpoints, checkpointExportedAt }: GateWorker,
    now: Date,
  ): Promise<string | undefined> {
    if (!exportsCheckpoints) return undefined;
    const isDue = checkpointExportedAt === null || now.getTime() - checkpointExportedAt.getTime() >= EVERY_MS;
    return isDue ? this.findNewest(now.getTime()) : undefined;
  }

  private async findNewest(nowMs: number): Promise<string | undefined> {
    if (!this.newest || nowMs - this.newest.readAtMs > NOTE_LIVES_MS)
      this.newest = { note: this.readNewest(), readAtMs: nowMs };
    try {
      return await this.newest.note;
    } catch (error) {
      this.newest = undefined;
      throw error;
    }
  }

  private async readNewest(): Promise<string | undefined> {
    const { rows } = await this.log.listCheckpoints({ limit: 1 });
    return rows[0]?.note;
  }
}
