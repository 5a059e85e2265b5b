import type { RunnerClock } from "../runner-host.js";

/**
 * Compressed time for schedules alone: `scale` minutes of schedule pass in a real minute. Tokens, time
 * limits and records stay on the real clock.
 */
export class ScheduleTime {
  private readonly anchor: number;

  constructor(
    private readonly clock: Pick<RunnerClock, "now">,
    private readonly scale: number,
  ) {
    if (!(scale > 0)) throw new RangeError("timeScale must be above 0");
    this.anchor = clock.now();
  }

  /** Milliseconds since the epoch, as the schedule counts them. */
  current(): number {
    return this.anchor + (this.clock.now() - this.anchor) * this.scale;
  }
}
